"""Keeps the state of the shipped program as this release makes it.

    .venv/bin/python -m tests.e2e.states.keep
    .venv/bin/python -m tests.e2e.states.keep --wide 2026-11-29

The second form keeps the state of the program in wide.py, which holds more, under a name of your choice. Run both when
a release is made, and commit the new files: users' stacks hold such states, and tests/e2e/test_old_states.py sees to it
that every later version can still read, refresh and destroy them, and runs nothing again. A file that is there is never
made again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.states.wide import wide
from tests.support.local import Local
from tests.support.project import ROOT, Project

STATES = Path(__file__).parent
OF_THIS_MACHINE = ("sourcePosition", "stackTrace")
"""What tells of paths on the machine that made the state; nothing reads it back."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--wide", metavar="NAME")
    name = parser.parse_args().wide
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    kept = STATES / (f"{name}.wide.json" if name else f"{version}.json")
    if kept.exists():
        print(f"{kept.relative_to(ROOT)} is there already. A released state stays as it is.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        state = wide_state(Path(folder)) if name else shipped_state(Path(folder))
    kept.write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")
    print(f"{kept.relative_to(ROOT)}: {len(state['deployment']['resources'])} resources.")
    return 0


def shipped_state(folder: Path) -> dict[str, Any]:
    """Runs the shipped program against a local aiWARE of its own, and exports the state.

    Args:
        folder: Where the project may be made.
    """
    project = Project(folder)
    shutil.copytree(ROOT / "examples" / "media", folder / "examples" / "media")
    for name in ("__main__.py", "configuration.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, folder)
    project.config(**yaml.safe_load((ROOT / "stacks" / "Pulumi.local.yaml").read_text())["config"])
    return exported_state(project)


def wide_state(folder: Path) -> dict[str, Any]:
    """Runs the program in wide.py, and exports the state; arguments as for `shipped_state`."""
    project = Project(folder)
    project.program(wide())
    return exported_state(project)


def exported_state(project: Project) -> dict[str, Any]:
    """Runs a project's program against its own local aiWARE, and exports the state without this machine's paths."""
    project.init()
    local = Local(project.data, project.folder)
    try:
        local.behave(jobSeconds=0, exportSeconds=0)
        project.up()
        exported: dict[str, Any] = json.loads(project.pulumi("stack", "export").output)
    finally:
        local.stop()
    for resource in exported["deployment"]["resources"]:
        for key in OF_THIS_MACHINE:
            resource.pop(key, None)
    return exported


if __name__ == "__main__":
    sys.exit(main())
