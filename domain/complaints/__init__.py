"""A complaint from its draft to its end: words, rules, clocks; pure."""
