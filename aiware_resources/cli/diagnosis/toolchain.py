"""The Pulumi CLI, what it needs to run Python programs, and processes of it that a killed engine has left behind."""

from __future__ import annotations

import mmap
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path

from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.cli.pulumi_command import INSTALL_PULUMI
from aiware_resources.reconcile.pulumi_processes import left_behind
from aiware_resources.text.words import counted

Version = tuple[int, ...]

OLDEST = (3, 200, 0)
HELPERS = ("pulumi-language-python", "pulumi-resource-pulumi-python")
"""The programs that run Python programs, and the providers of dynamic resources."""

_BUILT_FROM = re.compile(
    rb"path\tgithub\.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python\n"
    rb"mod\tgithub\.com/pulumi/pulumi/sdk/v3\tv?([^\t\n]+)"
)
_SET_UP = (
    f'Install Pulumi as a whole: {INSTALL_PULUMI}. In a clone of the library: `make setup`, and eval "$(make -s env)"'
)
_LONGEST = 60
"""Seconds that a command may take."""


def toolchain() -> Generator[Finding, None, Version]:
    """Looks at the Pulumi CLI, and at its Python language host.

    Returns:
        The version of the CLI; empty where it is missing, or does not show it.
    """
    found = shutil.which("pulumi")
    if found is None:
        yield fail("Pulumi CLI", "there is no `pulumi` on PATH", _SET_UP)
        return ()
    answer = answer_of([found, "version"])
    version = version_in(answer)
    if not version:
        yield fail("Pulumi CLI", f"{found} does not show its version: {answer or 'it said nothing'}", _SET_UP)
    elif version < OLDEST:
        said = f"{found} is version {dotted(version)}; {dotted(OLDEST)} or newer is needed"
        yield fail("Pulumi CLI", said, _SET_UP)
    else:
        yield ok("Pulumi CLI", f"{found}, {dotted(version)}")
    yield _language_host(Path(found))
    return version


def version_in(text: str) -> Version:
    """The version that a text begins with; empty when it begins with something else."""
    match = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, match.groups())) if match else ()


def dotted(version: Version) -> str:
    """Writes a version as people do."""
    return ".".join(map(str, version))


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
        return fail("language host", said, _SET_UP)
    host = language_host(pulumi)
    old = _version_of_module(host) if host else None
    if old is not None:
        said = f"{host} is version {old}, which runs programs, and policy packs with `runtime: aiware`; "
        said += "those with `runtime: python`, `pulumi package add` and the code that "
        said += "`pulumi import` writes need a newer one"
        return warn("language host", said, f"For these, install Pulumi as a whole: {INSTALL_PULUMI}")
    return ok("language host", str(host))


def _version_of_module(host: Path) -> str | None:
    """The version of a host that was built from the module of Pulumi's SDK; ``None`` of any other.

    Until version 3.78 the host was part of that module. It moved out when it learned to write code, so that a host from
    there never can, and cannot start a policy pack either. Go writes into a program which module it was built from.
    """
    try:
        with host.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            found = _BUILT_FROM.search(content)
            return found[1].decode() if found else None
    except (OSError, ValueError):
        # It may be run and not read; or it is empty.
        return None


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
