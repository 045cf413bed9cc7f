"""Answers ``python -m pip list``: no packages.

Before every command, Pulumi's language host lists the installed packages, to find out which of them bring a provider
plugin. None does, and the list takes as long as all of Python's start. One test of the walk does without this.
"""

from __future__ import annotations

print("[]")  # what the language host reads
