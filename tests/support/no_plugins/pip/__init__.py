"""Stands in front of pip in the tests; see `__main__`."""
