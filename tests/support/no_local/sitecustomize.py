"""A Python without the packages of the extra `local`.

Python imports this by itself where its folder is on PYTHONPATH.
"""

from __future__ import annotations

import runpy
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from aiware_local.launcher import PACKAGES


class _NoLocal(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> None:
        if fullname.partition(".")[0] in PACKAGES.values():
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


sys.meta_path.insert(0, _NoLocal())
runpy.run_path(str(Path(__file__).parents[1] / "guard" / "sitecustomize.py"))
