"""The tutorial, carried out word by word in a copy of the project, as somebody would who has just cloned it."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.forked_python import SOCKET, write_programs
from tests.support.markdown import Line, lines
from tests.support.project import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.md"
MARK = "--- step"


@pytest.fixture
def clone(python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the project, set up already: with the packages, the Pulumi CLI and the forks of this one."""
    folder = tmp_path / "aiware-pipelines"
    folder.mkdir()
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.check_output(command, cwd=ROOT, text=True).splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    for stack in (folder / "stacks").glob("Pulumi.*.yaml"):
        # Where the stack has been used, Pulumi has left there what belongs to the passphrase of the original.
        kept = [line for line in stack.read_text().splitlines() if not line.startswith("encryptionsalt:")]
        stack.write_text("\n".join(kept) + "\n")
    if (ROOT / ".pulumi-cli").exists():
        (folder / ".pulumi-cli").symlink_to(ROOT / ".pulumi-cli")
    _environment(folder)
    monkeypatch.setenv(SOCKET, str(python / "socket"))
    yield folder
    _run(folder, "make local-stop")


def _environment(folder: Path) -> None:
    """A virtual environment of the copy's own, which finds the packages of this one, and the copy's own modules."""
    venv.create(folder / ".venv", symlinks=True)
    (packages,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    (packages / "these.pth").write_text(f"{sysconfig.get_path('purelib')}\n{folder}\n")
    programs = folder / ".venv" / "bin"
    write_programs(programs, str((programs / "python").rename(programs / "python-itself")))
    set_up = runpy.run_path(str(ROOT / "tools" / "setup.py"))
    (folder / set_up["STAMP"].relative_to(ROOT)).write_text(set_up["fingerprint"]())


def _run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    ours = ("AIWARE_", "PULUMI_", "MAKE", "VIRTUAL_ENV")
    # What is heard is what a walk through the shipped program tests.
    added = {"PYTHON": sys.executable, "AIWARE_LOCAL_RECOGNITION": "off"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if not key.startswith(ours)} | added,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
        check=False,
    )


def _steps() -> list[tuple[list[str], list[str]]]:
    """The commands of each step, and the lines that they are said to print."""
    steps: list[tuple[list[str], list[str]]] = []
    before: Line | None = None
    for line in lines(TUTORIAL):
        begins = before is None or before.language != "sh" or line.number != before.number + 1
        if line.language == "sh" and begins:
            steps.append(([], []))
        if line.language == "sh":
            steps[-1][0].append(line.text)
        elif line.language == "text":
            steps[-1][1].append(line.text)
        before = line
    return steps


def test_the_tutorial_does_what_it_says(clone: Path) -> None:
    steps = _steps()
    script = "\n".join("\n".join([f"echo '{MARK}'", *commands]) for commands, _ in steps)
    done = _run(clone, script)
    assert done.returncode == 0, done.stdout
    assert "installing" not in done.stdout, "the copy was not set up"
    printed = done.stdout.split(f"{MARK}\n")[1:]
    assert len(printed) == len(steps)
    for (commands, said), output in zip(steps, printed, strict=True):
        there = {_words(line) for line in output.splitlines()}
        missing = [line for line in said if _words(line) not in there]
        assert not missing, f"{commands} did not print {missing}, but:\n{output}"


def _words(line: str) -> str:
    return re.sub(r"\s+", " ", line).strip()
