"""Finds code that nothing uses, with vulture: `make lint` fails on it.

The fields of a class (`name: type`) are left out: what reads them is pydantic, a type checker or a server. What else
vulture cannot see is listed in pyproject.toml, under `tool.vulture`.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parents[1]


def unused() -> Iterator[str]:
    """Yields a line for each piece of code that nothing uses."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["vulture"]
    found = Vulture(ignore_names=settings["ignore_names"], ignore_decorators=settings["ignore_decorators"])
    found.scavenge([str(ROOT / path) for path in settings["paths"]])
    for item in found.get_unused_code():
        path = Path(item.filename)
        if item.first_lineno not in _fields(path):
            yield f"{path.relative_to(ROOT)}:{item.first_lineno}: unused {item.typ} {item.name}"


@cache
def _fields(path: Path) -> frozenset[int]:
    """The lines of a file that declare a field of a class."""
    classes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)]
    return frozenset(each.lineno for node in classes for each in node.body if isinstance(each, ast.AnnAssign))


if __name__ == "__main__":
    lines = list(unused())
    print(*lines, sep="\n", end="\n" if lines else "")
    sys.exit(bool(lines))
