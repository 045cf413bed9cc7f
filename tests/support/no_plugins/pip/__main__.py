"""Answers ``python -m pip list``: no packages. Whatever else is asked of pip, pip does.

Before every command, Pulumi's language host lists the installed packages, to find out which of them bring a provider
plugin. None does, and the list takes as long as all of Python's start. One test of the walk does without this.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

if sys.argv[1:2] == ["list"]:
    print("[]")  # what the language host reads
else:
    here = Path(__file__).parents[1]
    sys.path[:] = [folder for folder in sys.path if Path(folder) != here]
    del sys.modules["pip"]
    runpy.run_module("pip", run_name="__main__", alter_sys=True)
