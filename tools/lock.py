"""Chooses the exact versions that this repository runs on, from the ranges in pyproject.toml.

    lock.py             brings the lock up to date; versions that still fit stay
    lock.py --upgrade   chooses the newest versions
    lock.py --check     says where the lock differs from pyproject.toml; asks no registry

The lock has three files, with hashes, for every platform and every Python that the project runs on: requirements.txt
for the library with the local aiWARE, its engines and policies, requirements-dev.txt for all that and what tests and
linters need, and requirements-speech.txt for what recognizes speech, which not every machine can install.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("local", "engines", "policies", "console", "s3", "sftp", "feeds")
GROUP = "dev"
SPEECH = "speech"
LOCK, DEV_LOCK, SPEECH_LOCK = "requirements.txt", "requirements-dev.txt", "requirements-speech.txt"
COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--custom-compile-command", "make lock"),
)
PROJECT = ("pyproject.toml", *(f"--extra={extra}" for extra in EXTRAS))
_PIN = re.compile(r"(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;\\]+)")
_DIRECT = re.compile(r"#(?: +via)? +aiware-pipelines \(pyproject\.toml(?::\w+)?\)$")
"""What uv writes below a package that pyproject.toml itself names."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Chooses exact versions from the ranges in pyproject.toml.")
    parser.add_argument("--upgrade", action="store_true", help="choose the newest versions")
    parser.add_argument("--check", action="store_true", help="only say where the lock differs from pyproject.toml")
    arguments = parser.parse_args()
    if arguments.check:
        lines = list(differences(ROOT))
        print(*lines, sep="\n", end="\n`make lock` brings it up to date.\n" if lines else "")
        return bool(lines)
    upgrade = ["--upgrade"] if arguments.upgrade else []
    for options, given in (
        ([*PROJECT, "--output-file", LOCK], ""),
        ([*PROJECT, "--group", GROUP, "--constraints", LOCK, "--output-file", DEV_LOCK], ""),
        (["-", "--constraints", DEV_LOCK, "--output-file", SPEECH_LOCK], "\n".join(_extra(ROOT, SPEECH))),
    ):
        command = [*COMPILE, *upgrade, *options]
        if code := subprocess.run(command, cwd=ROOT, input=given, text=True, check=False).returncode:
            return code
    return 0


def _extra(folder: Path, name: str) -> list[str]:
    content = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    requirements: list[str] = content["project"]["optional-dependencies"][name]
    return requirements


def differences(folder: Path) -> Iterator[str]:
    """Yields a sentence for each difference between the lock and pyproject.toml in a folder."""
    content = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    project = content["project"]
    needed = [*project["dependencies"], *(line for each in EXTRAS for line in project["optional-dependencies"][each])]
    yield from _differences(folder / LOCK, needed)
    yield from _differences(folder / DEV_LOCK, [*needed, *content["dependency-groups"][GROUP]])
    # This file does not say who needs a package.
    speech = {match["name"]: {match["version"]} for match in map(_PIN.match, _lines(folder / SPEECH_LOCK)) if match}
    wanted = {str(canonicalize_name(Requirement(line).name)) for line in _extra(folder, SPEECH)}
    direct = {name: versions for name, versions in speech.items() if name in wanted}
    yield from _differences(folder / SPEECH_LOCK, _extra(folder, SPEECH), direct)


def _differences(lock: Path, needed: list[str], direct: dict[str, set[str]] | None = None) -> Iterator[str]:
    locked = _locked(lock) if direct is None else direct
    wanted = {str(canonicalize_name(each.name)): each for each in map(Requirement, needed)}
    for name, requirement in wanted.items():
        if name not in locked:
            yield f"{lock.name} lacks {requirement}."
        for version in sorted(locked.get(name, ())):
            if not requirement.specifier.contains(version, prereleases=True):
                yield f"{lock.name} has {name} {version}, and pyproject.toml wants {requirement}."
    for name in sorted(locked.keys() - wanted.keys()):
        yield f"{lock.name} has {name}, which pyproject.toml does not name any more."


def _lines(lock: Path) -> list[str]:
    return lock.read_text(encoding="utf-8").splitlines()


def _locked(lock: Path) -> dict[str, set[str]]:
    """The versions of each package that a lock says pyproject.toml names; more than one where Pythons differ."""
    found: dict[str, set[str]] = {}
    name = version = ""
    for line in _lines(lock):
        if pin := _PIN.match(line):
            name, version = pin["name"], pin["version"]
        elif _DIRECT.search(line):
            found.setdefault(name, set()).add(version)
    return found


if __name__ == "__main__":
    sys.exit(main())
