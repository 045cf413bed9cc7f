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
from aiware_resources.cli.diagnosis.toolchain import language_host, run
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

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", re.MULTILINE)
_SET_UP = "`make setup` makes it and installs what requirements.txt names."


def packages(project: Project) -> Iterator[Finding]:
    """Looks at the virtual environment of a project, and at the packages that its requirements.txt pins."""
    venv = _virtual_environment(project)
    python = venv / "bin" / "python" if venv else Path(sys.executable)
    if not python.exists():
        yield fail("virtual environment", f"{python} is missing", _SET_UP)
        return
    pinned = _pinned(project)
    succeeded, said = run([str(python), "-c", _LOOK, *pinned])
    if not succeeded:
        yield fail("virtual environment", f"{python} does not run: {said}", _SET_UP)
        return
    seen: dict[str, Any] = json.loads(said)
    version = ".".join(map(str, seen["python"]))
    if tuple(seen["python"]) < OLDEST:
        needed = ".".join(map(str, OLDEST))
        yield fail("virtual environment", f"{python} is Python {version}; {needed} or newer is needed", _SET_UP)
        return
    yield _on_path(venv, python, version)
    yield _installed(pinned, seen["packages"])


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
            'In this shell: eval "$(make -s env)"',
        )
    return ok("virtual environment", f"{python}, Python {version}")


def _is_in(program: str | None, folder: Path) -> bool:
    return program is not None and Path(program).parent.resolve() == folder.resolve()


def _pinned(project: Project) -> dict[str, str]:
    file = project.folder / REQUIREMENTS
    return dict(_PINNED.findall(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def _installed(pinned: Mapping[str, str], found: Mapping[str, str | None]) -> Finding:
    if not pinned:
        return ok("packages", f"there is no {REQUIREMENTS} that pins any")
    missing = [name for name in pinned if found[name] is None]
    others = [f"{name} {found[name]} instead of {wanted}" for name, wanted in pinned.items() if found[name] != wanted]
    if missing:
        return fail("packages", f"not installed: {', '.join(missing)}", _SET_UP)
    if others:
        return warn("packages", f"other versions than {REQUIREMENTS} names: {', '.join(others)}", _SET_UP)
    return ok("packages", f"{len(pinned)} packages, as {REQUIREMENTS} names them")
