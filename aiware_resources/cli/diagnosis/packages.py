"""The Python that the program runs in: its virtual environment, and the packages there."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.cli.diagnosis.toolchain import Version, dotted, language_host, run, version_in
from aiware_resources.cli.pulumi_command import INSTALL_PULUMI
from aiware_resources.settings.project import Project

OLDEST = (3, 11)
REQUIREMENTS = "requirements.txt"

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

_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*(?:==\s*([^\s;#,*]+)(?=\s*(?:[;#\\]|--|$)))?")
_SDK = "pulumi"
_SET_UP = "`pulumi install` makes it and installs what requirements.txt names; in a clone of the library, `make setup`."


def packages(project: Project, cli: Version) -> Iterator[Finding]:
    """Looks at the virtual environment of a project, and at the packages that its requirements.txt names.

    Args:
        project: The project.
        cli: The version of the Pulumi CLI; empty where that is not known.
    """
    venv = _virtual_environment(project)
    python = venv / "bin" / "python" if venv else Path(sys.executable)
    if not python.exists():
        yield fail("virtual environment", f"{python} is missing", _SET_UP)
        return
    required = _required(project)
    succeeded, said = run([str(python), "-c", _LOOK, _SDK, *required])
    if not succeeded:
        yield fail("virtual environment", f"{python} does not run: {said}", _SET_UP)
        return
    seen: dict[str, Any] = json.loads(said)
    version = dotted(seen["python"])
    if tuple(seen["python"]) < OLDEST:
        yield fail("virtual environment", f"{python} is Python {version}; {dotted(OLDEST)} or newer is needed", _SET_UP)
        return
    yield _on_path(venv, python, version)
    yield _installed(required, seen["packages"])
    yield from _versions(cli, version_in(seen["packages"][_SDK] or ""))


def _virtual_environment(project: Project) -> Path | None:
    """The one that the manifest names; without one Pulumi takes the Python on PATH, which runs this too."""
    runtime = project.manifest.get("runtime")
    options = runtime.get("options") if isinstance(runtime, Mapping) else None
    named = options.get("virtualenv") if isinstance(options, Mapping) else None
    return project.folder / str(named) if named else None


def _on_path(venv: Path | None, python: Path, version: str) -> Finding:
    """The language host that this project builds takes the Python on PATH, whatever the manifest says."""
    pulumi, first = shutil.which("pulumi"), shutil.which("python3")
    host = language_host(Path(pulumi)) if pulumi else None
    if venv and host and ".pulumi-cli" in host.parts and not _is_in(first, venv / "bin"):
        return fail(
            "virtual environment",
            f"`python3` is {first or 'not on PATH'}, and not that of {venv}, where the packages are",
            f"In this shell: . {venv}/bin/activate",
        )
    return ok("virtual environment", f"{python}, Python {version}")


def _is_in(program: str | None, folder: Path) -> bool:
    return program is not None and Path(program).parent.resolve() == folder.resolve()


def _required(project: Project) -> dict[str, str]:
    """The packages that requirements.txt names, with their versions; "" where it does not pin one.

    Those that it does not need everywhere (`; sys_platform == "win32"`) are left out.
    """
    file = project.folder / REQUIREMENTS
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    matches = [match for line in lines if ";" not in line and " @ " not in line and (match := _REQUIREMENT.match(line))]
    return {match[1]: match[2] or "" for match in matches}


def _installed(required: Mapping[str, str], found: Mapping[str, str | None]) -> Finding:
    if not required:
        return ok("packages", f"there is no {REQUIREMENTS} that names any")
    missing = [name for name in required if found[name] is None]
    others = [f"{name} {found[name]} instead of {pin}" for name, pin in required.items() if pin and found[name] != pin]
    if missing:
        return fail("packages", f"not installed: {', '.join(missing)}", _SET_UP)
    if others:
        return warn("packages", f"other versions than {REQUIREMENTS} names: {', '.join(others)}", _SET_UP)
    return ok("packages", f"{len(required)} packages, as {REQUIREMENTS} names them")


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
