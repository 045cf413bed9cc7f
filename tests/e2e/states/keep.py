"""Keeps the state of the shipped program as this release makes it.

    .venv/bin/python -m tests.e2e.states.keep

Run it when a release is made, and commit the new file: users' stacks hold such states, and tests/e2e/test_old_states.py
sees to it that every later version can still read, refresh and destroy them. A file that is there is never made anew.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import yaml

from tests.support.local import Local
from tests.support.project import ROOT, Project

STATES = Path(__file__).parent
OF_THIS_MACHINE = ("sourcePosition", "stackTrace")
"""What tells of paths on the machine that made the state; nothing reads it back."""


def main() -> int:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    kept = STATES / f"{version}.json"
    if kept.exists():
        print(f"{kept.relative_to(ROOT)} is there already. A released state stays as it is.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        state = shipped_state(Path(folder))
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
    project.init()
    local = Local(project.data, folder)
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
