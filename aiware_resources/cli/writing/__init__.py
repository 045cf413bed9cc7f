"""Writing Python for people: the layout of values and calls, names, and the module around them."""
