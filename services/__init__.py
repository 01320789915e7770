"""Use cases: what the product does, between the channels above and the stores below."""
