"""Finds a Pulumi CLI that is installed already and can run Python programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = (3, 200, 0)
PYTHON_HOST = ("pulumi-language-python", "pulumi-resource-pulumi-python")


@dataclass(frozen=True)
class Found:
    """What a look at PATH found.

    Attributes:
        program: The CLI to use; None if there is none that will do.
        why_not: Why the one on PATH will not do; empty if it will, or if there is none.
    """

    program: Path | None
    why_not: str = ""


def find(search_path: str) -> Found:
    """Looks for `pulumi` on a PATH-like text and judges whether it will do."""
    where = shutil.which("pulumi", path=search_path)
    if where is None:
        return Found(None)
    program = Path(where)
    version = version_of(program)
    if version is None:
        return Found(None, f"{program} does not show its version")
    if version < OLDEST:
        return Found(None, f"{program} is version {_dotted(version)}, and {_dotted(OLDEST)} or newer is needed")
    missing = [name for name in PYTHON_HOST if not _has(program, name, search_path)]
    if missing:
        return Found(None, f"{program} cannot run Python programs, for want of {' and '.join(missing)}")
    return Found(program)


def version_of(program: Path) -> tuple[int, ...] | None:
    """Asks a CLI for its version; None if it gives no version within 30 seconds."""
    try:
        answer = subprocess.run(
            [program, "version"],
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout.strip())
    return tuple(int(part) for part in match.groups()) if match else None


def _has(program: Path, helper: str, search_path: str) -> bool:
    # An installed CLI is often a symbolic link; its helpers lie beside what the link points to.
    beside = str(program.resolve().parent)
    return shutil.which(helper, path=os.pathsep.join([beside, search_path])) is not None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
