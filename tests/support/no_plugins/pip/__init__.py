"""Stands for pip in the end-to-end tests; see `__main__`."""
