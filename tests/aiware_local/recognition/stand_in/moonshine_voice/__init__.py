"""Stands for the package that recognizes speech: it hears `noise` in what is loud."""
