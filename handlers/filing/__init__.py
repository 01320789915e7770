"""Taking down a complaint in chat: what each step asks, what each answer does."""
