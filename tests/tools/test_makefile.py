"""The Makefile: `make` alone tells what there is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target_with_what_it_does() -> None:
    listed = re.findall(r"^  (\S+) +\S.+$", make().stdout, re.MULTILINE)
    wanted = [
        "up",
        "preview",
        "destroy",
        "test",
        "faults",
        "lint",
        "lock",
        "clean",
        "env",
        "setup",
        "bench",
        "docs",
        "local-stop",
    ]
    assert sorted(listed) == sorted([*wanted, "help"])


def test_python_that_will_not_do_is_named_with_the_way_out() -> None:
    result = make("setup", "PYTHON=no-such-python")
    assert result.returncode == 2
    assert "Python 3.11 or newer is needed, and 'no-such-python' is not that." in result.stderr
    assert "make setup PYTHON=" in result.stderr
