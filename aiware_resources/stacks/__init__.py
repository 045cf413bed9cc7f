"""Checks of the files of a project's stacks."""
