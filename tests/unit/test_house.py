"""The map of the house in ARCHITECTURE.md is the house, and no test is skipped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IGNORED = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
NAME = re.compile(r"[\w.-]+(/|\.\w+)|Makefile")
NOT_ON_THE_MAP = {"__init__.py", "__main__.py", "conftest.py", "py.typed"}
"""Files that every package may have."""


def shown() -> Iterator[str]:
    """What the map shows: names at the beginning of its lines, two spaces apart; further in, what a folder holds."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    (house,) = re.findall(r"## The house\n\n```text\n(.*?)```", text, re.DOTALL)
    folder = ""
    for line in house.splitlines():
        inside = folder if line.startswith(" ") else ""
        for name in re.split(r" {2,}", line.strip()):
            if not NAME.fullmatch(name):
                break
            yield inside + name
            if not inside:
                folder = name


def built(folder: Path) -> Iterator[str]:
    """The files of a folder, and the folders that hold some; hidden ones and those that git ignores left out."""
    for path in folder.iterdir():
        if path.name.startswith(".") or any(fnmatch(path.name, pattern.rstrip("/")) for pattern in IGNORED):
            continue
        if path.is_file():
            yield path.name
        elif any(each.is_file() and each.parent.name != "__pycache__" for each in path.rglob("*")):
            yield f"{path.name}/"


def test_the_map_shows_what_is_there() -> None:
    assert {name for name in shown() if not (ROOT / name).exists()} == set()


def test_what_is_there_is_on_the_map() -> None:
    packages = {
        folder + name
        for folder in ("aiware_resources/", "aiware_local/", "tests/")
        for name in built(ROOT / folder)
        if name not in NOT_ON_THE_MAP
    }
    assert packages | set(built(ROOT)) <= set(shown())


ASK_REGISTRIES = Path("tests", "package", "conftest.py")
"""Skips, with a reason, what needs a package registry where none answers."""


def test_no_test_is_skipped() -> None:
    skips = re.compile(r"pytest\.(skip|importorskip|xfail)\(|\bmark\.(skip|skipif|xfail)\b")
    found = {
        f"{path.relative_to(ROOT)}:{number}"
        for path in (ROOT / "tests").rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if skips.search(line) and "re.compile" not in line and path.relative_to(ROOT) != ASK_REGISTRIES
    }
    assert found == set(), "what a test needs is in the repository or in the requirements"
