"""Everything the bot says and knows: files for people to write, and their strict loader."""
