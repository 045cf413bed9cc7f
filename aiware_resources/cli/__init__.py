"""The ``aiware`` command. Its modules import what they need when they run: most calls ask for help or a completion.

`main` knows the commands and what the help says of them; each command or group of commands is a module of its name.
"""

from __future__ import annotations

from aiware_resources.cli.main import main

__all__ = ["main"]
