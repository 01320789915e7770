"""Following one's own cases in chat: how they stand, what can be done with them."""
