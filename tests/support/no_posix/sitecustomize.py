"""A Python without what POSIX alone has. Python imports this by itself where its folder is first on PYTHONPATH.

Packages that have a part for each platform go on as they are: filelock and psutil are imported before. What
platformdirs would answer is given. So the tests say of this project's code, not of these packages, that it needs no
POSIX.
"""

from __future__ import annotations

import asyncio.unix_events
import os
import runpy
import signal
import sys
from pathlib import Path

import filelock
import platformdirs
import psutil

MODULES = ("fcntl", "pwd", "grp", "termios", "resource")
FUNCTIONS = ("getuid", "geteuid", "getgid", "getegid", "fork", "killpg", "pathconf")
SIGNALS = ("SIGHUP", "SIGQUIT")

if not filelock.has_fcntl or not psutil.Process().username():
    raise RuntimeError("This platform has nothing to take away.")
platformdirs.user_runtime_path = lambda *_, **__: Path(os.environ["XDG_RUNTIME_DIR"])

for _name in MODULES:
    sys.modules[_name] = None  # type: ignore[assignment]
for _name in FUNCTIONS:
    delattr(os, _name)
for _name in SIGNALS:
    delattr(signal, _name)
for _name in ("add_signal_handler", "remove_signal_handler"):
    # The base class raises NotImplementedError, as it does on Windows.
    delattr(asyncio.unix_events._UnixSelectorEventLoop, _name)

runpy.run_path(str(Path(__file__).parents[1] / "guard" / "sitecustomize.py"))
