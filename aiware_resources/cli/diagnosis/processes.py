"""Processes of Pulumi that a killed engine has left behind."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from aiware_resources.cli.diagnosis.finding import Finding, ok, warn
from aiware_resources.reconcile.pulumi_processes import left_behind
from aiware_resources.text.words import counted

CHECK = "processes"


def processes(folder: Path) -> Finding:
    """Looks for provider hosts, programs and language hosts of a project whose engine is gone.

    Args:
        folder: The project's folder.
    """
    found = [each for each in left_behind() if each.folder and Path(each.folder).is_relative_to(folder.resolve())]
    if not found:
        return ok(CHECK, "a killed engine has left none behind")
    numbers = Counter(each.role for each in found)
    told = ", ".join(counted(count, role) for role, count in sorted(numbers.items()))
    pids = [str(each.process.pid) for each in found]
    command = f"kill -9 {' '.join(pids)}" if os.name == "posix" else f"taskkill /F /PID {' /PID '.join(pids)}"
    return warn(CHECK, f"a killed engine has left behind: {told}", f"End what is left: {command}")
