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


def test_an_update_ends_with_its_report_and_with_pulumis_exit_code(tmp_path: Path) -> None:
    called, out = tmp_path / "called", tmp_path / "out"
    runs = tmp_path / "run"
    runs.write_text(f'#!/bin/sh\necho "$*" >> {called}\ntest "$2" != up || exit 3\n')
    runs.chmod(0o755)
    result = make("up", "--assume-old=stack", "STACK=organization/dev", f"RUN={runs}", f"OUT={out}")
    assert "Error 3" in result.stderr
    assert called.read_text().splitlines() == [
        "pulumi up --stack organization/dev --yes",
        f"aiware report --stack organization/dev --output {out}/run.html",
    ]
    assert out.is_dir()
