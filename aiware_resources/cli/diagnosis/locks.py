"""Locks that Pulumi keeps beside a state in a folder: who holds them, and whether that process still runs."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import psutil
from pydantic import AwareDatetime, BaseModel, ValidationError

from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.settings.project import Project

CHECK = "lock"

_CLOCK_SECONDS = 60.0
"""How far a clock that was set meanwhile may put the start of a process behind what it wrote."""


class _Lock(BaseModel):
    """What Pulumi writes into a lock.

    Attributes:
        pid: The process that holds it.
        username: Whose process that is.
        hostname: On which machine.
        timestamp: Since when.
    """

    pid: int
    username: str
    hostname: str
    timestamp: AwareDatetime

    def is_held(self) -> bool:
        """Says whether the process still runs; one that began later only has the same number."""
        try:
            return psutil.Process(self.pid).create_time() < self.timestamp.timestamp() + _CLOCK_SECONDS
        except psutil.AccessDenied:
            return True
        except psutil.NoSuchProcess:
            return False

    def __str__(self) -> str:
        since = self.timestamp.astimezone(UTC)
        return f"process {self.pid} of {self.username} on {self.hostname}, since {since:%Y-%m-%d %H:%M} UTC"


def locks(folder: Path, project: Project) -> Iterator[Finding]:
    """Looks at the locks of a project's stacks.

    Args:
        folder: Where a backend keeps its states.
        project: The project.
    """
    for file in sorted(folder.glob(f"locks/*/{project.name}/*/*.json")):
        stack = file.parent.name
        cancel = f"pulumi cancel --stack {stack}"
        try:
            lock = _Lock.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            # The run that held it has just ended.
            continue
        except (OSError, ValidationError):
            yield fail(CHECK, f"the stack {stack} is locked, and {file} does not say by what", cancel)
            continue
        if lock.hostname != socket.gethostname():
            said = f"the stack {stack} is locked from another machine: {lock}"
            yield warn(CHECK, said, f"When you are sure that it has ended: {cancel}")
        elif lock.is_held():
            yield ok(CHECK, f"a run works on the stack {stack}: {lock}")
        else:
            yield fail(CHECK, f"the stack {stack} is locked by a run that has ended: {lock}", cancel)
