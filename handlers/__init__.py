"""One file, one intent family, one name: what is said to whoever wants that."""
