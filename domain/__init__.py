"""The vocabulary of the product: plain frozen values and pure rules, standard library only."""
