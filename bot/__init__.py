"""The WeChat channel: verify, open, parse, answer once, render, seal."""
