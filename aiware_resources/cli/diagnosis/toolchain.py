"""The Pulumi CLI, what it needs to run Python programs, and processes of it that a killed engine has left behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.reconcile.pulumi_processes import left_behind
from aiware_resources.text.words import counted

OLDEST = (3, 200, 0)
HELPERS = ("pulumi-language-python", "pulumi-resource-pulumi-python")
"""The programs that run Python programs, and the providers of dynamic resources."""

_SET_UP = '`make setup` installs it; then, in this shell: eval "$(make -s env)"'
_LONGEST = 60
"""Seconds that a command may take."""


def toolchain() -> Iterator[Finding]:
    """Looks at the Pulumi CLI, and at its Python language host."""
    found = shutil.which("pulumi")
    if found is None:
        yield fail("Pulumi CLI", "there is no `pulumi` on PATH", _SET_UP)
        return
    answer = answer_of([found, "version"])
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", answer.strip())
    version = tuple(map(int, match.groups())) if match else ()
    told = ".".join(map(str, version))
    if not version:
        yield fail("Pulumi CLI", f"{found} does not show its version: {answer.strip() or 'it said nothing'}", _SET_UP)
    elif version < OLDEST:
        needed = ".".join(map(str, OLDEST))
        yield fail("Pulumi CLI", f"{found} is version {told}; {needed} or newer is needed", _SET_UP)
    else:
        yield ok("Pulumi CLI", f"{found}, {told}")
    yield _language_host(Path(found))


def language_host(pulumi: Path) -> Path | None:
    """Where the language host for Python is: beside the CLI, or on PATH."""
    beside = pulumi.resolve().parent / HELPERS[0]
    on_path = shutil.which(HELPERS[0])
    return beside if beside.exists() else Path(on_path) if on_path else None


def _language_host(pulumi: Path) -> Finding:
    folder = pulumi.resolve().parent
    missing = [name for name in HELPERS if not (folder / name).exists() and shutil.which(name) is None]
    if missing:
        said = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} neither beside {pulumi} nor on PATH"
        return fail("language host", said, f"Install Pulumi as a whole, or without it: {_SET_UP}")
    return ok("language host", str(language_host(pulumi)))


def answer_of(command: Sequence[str], folder: Path | None = None) -> str:
    """What a command writes, errors included; what keeps it from running, where it does not run."""
    return run(command, folder)[1]


def run(command: Sequence[str], folder: Path | None = None) -> tuple[bool, str]:
    """Runs a command that only looks.

    Args:
        command: The command.
        folder: Where to run it; by default here.

    Returns:
        Whether it succeeded, and what it wrote: what is to be read when it did, otherwise its errors.
    """
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
    except OSError as error:
        return False, error.strerror or str(error)
    except subprocess.TimeoutExpired:
        return False, f"it did not answer within {_LONGEST} seconds"
    said = done.stdout if done.returncode == 0 else f"{done.stderr}\n{done.stdout}"
    return done.returncode == 0, said.strip()


def processes(folder: Path) -> Finding:
    """Looks for provider hosts, programs and language hosts of a project whose engine is gone.

    Args:
        folder: The project's folder.
    """
    found = left_behind(folder=folder)
    if not found:
        return ok("processes", "a killed engine has left none behind")
    numbers = Counter(each.role for each in found)
    told = ", ".join(counted(count, role) for role, count in sorted(numbers.items()))
    pids = [str(each.process.pid) for each in found]
    command = f"kill -9 {' '.join(pids)}" if os.name == "posix" else f"taskkill /F /PID {' /PID '.join(pids)}"
    return warn("processes", f"a killed engine has left behind: {told}", f"End what is left: {command}")
