"""The Python that the program runs in: its virtual environment, and the packages there."""

from __future__ import annotations

import json
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.cli.diagnosis.toolchain import Version, dotted, language_host, run, version_in
from aiware_resources.cli.pulumi_command import INSTALL_PULUMI
from aiware_resources.settings.project import Project
from aiware_resources.text.words import counted

OLDEST = (3, 11)
REQUIREMENTS = "requirements.txt"
PYPROJECT = "pyproject.toml"
_PYTHONS = ("bin/python", "Scripts/python.exe")
"""Where a virtual environment has its Python: on POSIX, on Windows."""

_LOOK = """
import importlib.metadata as metadata, json, sys
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        found[name] = None
print(json.dumps({"python": sys.version_info[:3], "packages": found}))
"""
"""Run by the Python that is looked at, which may be another than this one."""

_SDK = "pulumi"
_SET_UP = "`pulumi install` makes it and installs what requirements.txt names; in a clone of the library, `make setup`."


def packages(project: Project, cli: Version) -> Iterator[Finding]:
    """Looks at the virtual environment of a project, and at the packages that its requirements.txt names.

    Args:
        project: The project.
        cli: The version of the Pulumi CLI; empty where that is not known.
    """
    venv = _virtual_environment(project)
    python = _python(venv) if venv else Path(sys.executable)
    if not python.exists():
        yield fail("virtual environment", f"{python} is missing", _SET_UP)
        return
    lines = _lines(project)
    succeeded, said = run([str(python), "-c", _LOOK, _SDK, *(each.name for each in lines)])
    if not succeeded:
        yield fail("virtual environment", f"{python} does not run: {said}", _SET_UP)
        return
    seen: dict[str, Any] = json.loads(said)
    version = dotted(seen["python"])
    if tuple(seen["python"]) < OLDEST:
        yield fail("virtual environment", f"{python} is Python {version}; {dotted(OLDEST)} or newer is needed", _SET_UP)
        return
    yield _on_path(venv, python, version)
    required = _needed(lines, version)
    yield _installed(required, seen["packages"])
    yield from _lock(project, required)
    yield from _versions(cli, version_in(seen["packages"][_SDK] or ""))


def _virtual_environment(project: Project) -> Path | None:
    """The one that the manifest names; without one Pulumi takes the Python on PATH, which runs this too."""
    runtime = project.manifest.get("runtime")
    options = runtime.get("options") if isinstance(runtime, Mapping) else None
    named = options.get("virtualenv") if isinstance(options, Mapping) else None
    return project.folder / str(named) if named else None


def _python(venv: Path) -> Path:
    found = [venv / each for each in _PYTHONS]
    return next((each for each in found if each.exists()), found[0])


def _on_path(venv: Path | None, python: Path, version: str) -> Finding:
    """The language host that this project builds takes the Python on PATH, whatever the manifest says."""
    pulumi, first = shutil.which("pulumi"), shutil.which("python3")
    host = language_host(Path(pulumi)) if pulumi else None
    if venv and host and ".pulumi-cli" in host.parts and not _is_in(first, python.parent):
        return fail(
            "virtual environment",
            f"`python3` is {first or 'not on PATH'}, and not that of {venv}, where the packages are",
            f"In this shell: {'' if python.suffix else '. '}{python.parent / 'activate'}",
        )
    return ok("virtual environment", f"{python}, Python {version}")


def _is_in(program: str | None, folder: Path) -> bool:
    return program is not None and Path(program).parent.resolve() == folder.resolve()


def _lines(project: Project) -> list[Requirement]:
    """The packages that requirements.txt names, but for those that it takes from an address."""
    file = project.folder / REQUIREMENTS
    return [each for line in _text(file).splitlines() if (each := _requirement(line)) and each.url is None]


def _requirement(line: str) -> Requirement | None:
    """What a line asks for, whatever options of pip follow; ``None`` where it asks for no package."""
    said = line.partition(" #")[0].partition(" --")[0].rstrip("\\ ")
    try:
        return Requirement(said)
    except InvalidRequirement:
        return None


def _needed(lines: list[Requirement], python: str) -> list[Requirement]:
    """Those that a Python needs on this platform."""
    environment = {"python_version": python.rpartition(".")[0], "python_full_version": python}
    return [each for each in lines if each.marker is None or each.marker.evaluate(environment)]


def _installed(required: list[Requirement], found: Mapping[str, str | None]) -> Finding:
    if not required:
        return ok("packages", f"there is no {REQUIREMENTS} that names any")
    missing = [each.name for each in required if found[each.name] is None]
    others = [
        f"{each.name} {version} instead of {str(each.specifier).removeprefix('==')}"
        for each in required
        if (version := found[each.name]) and not each.specifier.contains(version, prereleases=True)
    ]
    if missing:
        return fail("packages", f"not installed: {', '.join(missing)}", _SET_UP)
    if others:
        return warn("packages", f"other versions than {REQUIREMENTS} names: {', '.join(others)}", _SET_UP)
    return ok(
        "packages",
        f"{counted(len(required), 'package')}, as {REQUIREMENTS} names {'it' if len(required) == 1 else 'them'}",
    )


def _lock(project: Project, required: list[Requirement]) -> Iterator[Finding]:
    """Compares the exact versions in requirements.txt, where it has any, with what pyproject.toml asks for.

    A file with hashes is complete, so that it lacks what it does not name.
    """
    try:
        asked = tomllib.loads(_text(project.folder / PYPROJECT)).get("project", {}).get("dependencies", [])
    except tomllib.TOMLDecodeError as error:
        yield fail("requirements", f"{PYPROJECT} is not TOML: {error}", "Correct it.")
        return
    pins = {canonicalize_name(each.name): each.specifier for each in required if str(each.specifier).startswith("==")}
    if not asked or not pins:
        return
    is_complete = "--hash=" in _text(project.folder / REQUIREMENTS)
    stale = []
    for each in map(Requirement, asked):
        pin = pins.get(canonicalize_name(each.name))
        if pin is None and is_complete:
            stale.append(f"it lacks {each}")
        elif pin is not None and not any(each.specifier.contains(one.version, prereleases=True) for one in pin):
            stale.append(f"it has {each.name}{pin} instead of {each}")
    if stale:
        said = f"{REQUIREMENTS} is not what {PYPROJECT} asks for: {', '.join(stale)}"
        yield warn("requirements", said, "Compile it again; in a clone of the library, `make lock`.")
    else:
        yield ok("requirements", f"{REQUIREMENTS} has versions that {PYPROJECT} allows")


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _versions(cli: Version, sdk: Version) -> Iterator[Finding]:
    """Compares the CLI with the Python SDK, which asks it for what it can do, and refuses what it cannot."""
    if not cli or not sdk:
        return
    both = f"the Pulumi CLI is {dotted(cli)}, the Python SDK (the package pulumi) {dotted(sdk)}"
    if sdk[:2] > cli[:2]:
        said = f"{both}: what only the newer one has ends with `Please update the Pulumi CLI`"
        yield warn("versions", said, f"Install Pulumi {dotted(sdk)} or newer: {INSTALL_PULUMI}")
    else:
        yield ok("versions", f"{both}; the CLI may be the newer one")
