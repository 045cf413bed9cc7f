"""What a session of tests leaves behind: processes, changes of the checkout, and traffic to other machines."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.guard.sitecustomize import NOTES, SESSION

PATIENCE = 30.0
"""Seconds in which processes may end by themselves; on a busy machine that takes its time."""
_NOT_IN_GIT = (".aiware-local", ".pulumi-state", ".passphrase", "out")
"""What git ignores, and tests must not make all the same."""


@dataclass(frozen=True)
class Checkout:
    """How a checkout is at some moment: what git sees, and what it ignores.

    Attributes:
        seen: A line for each file that is not as it was committed.
        ignored: Files that git ignores.
    """

    seen: frozenset[str]
    ignored: frozenset[str]

    @classmethod
    def of(cls, folder: Path) -> Checkout:
        """Looks at a checkout; at one without git, only at what git would ignore."""
        ignored = {
            str(file.relative_to(folder))
            for name in _NOT_IN_GIT
            for file in (folder / name, *(folder / name).rglob("*"))
            if file.exists()
        }
        return cls(frozenset(_seen_by_git(folder)), frozenset(ignored))

    def changes_since(self, before: Checkout) -> list[str]:
        """What was changed, made or removed since."""
        return sorted((self.seen ^ before.seen) | (self.ignored ^ before.ignored))


def _seen_by_git(folder: Path) -> list[str]:
    if not (folder / ".git").exists():
        return []
    command = ["git", "status", "--porcelain", "--untracked-files=all", "-z"]
    entries = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split("\0")
    return [f"{entry} {_hash(folder / entry[3:])}" for entry in entries if entry]


def _hash(file: Path) -> str:
    with contextlib.suppress(OSError):
        return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    return "-"


def processes(session: str) -> list[psutil.Process]:
    """What the tests of a session have started, and lives on: it has the session's mark in its environment.

    Args:
        session: The mark.
    """
    mine = {psutil.Process().pid, *(each.pid for each in psutil.Process().parents())}
    mine |= {each.pid for each in psutil.Process().children() if _is_helper(each)}
    return [each for each in psutil.process_iter() if each.pid not in mine and _mark(each) == session]


def _is_helper(process: psutil.Process) -> bool:
    """Whether a process is one by which multiprocessing forks others; it ends with this one."""
    with contextlib.suppress(psutil.Error):
        return any(argument.startswith("from multiprocessing.") for argument in process.cmdline())
    return False


def _mark(process: psutil.Process) -> str | None:
    with contextlib.suppress(psutil.Error, OSError):
        if process.status() != psutil.STATUS_ZOMBIE:
            return process.environ().get(SESSION)
    return None


def end_processes(session: str) -> list[str]:
    """Waits for processes of a session that are about to end, and ends the others.

    Args:
        session: The session's mark.

    Returns:
        What had to be ended.
    """
    _, alive = psutil.wait_procs(processes(session), timeout=PATIENCE)
    said = []
    for each in alive:
        with contextlib.suppress(psutil.Error):
            said.append(f"{each.pid}: {' '.join(each.cmdline())}")
            each.kill()
    psutil.wait_procs(alive, timeout=PATIENCE)
    return said


def traffic(session: str) -> list[str]:
    """Connections to other machines that were refused."""
    notes = Path(session, NOTES)
    return notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
