"""Removes what the project made in this folder. Objects in aiWARE stay as they are.

    clean.py           refuses while the state in .pulumi-state holds resources of a stack other than `local`
    clean.py --force   does it all the same

`.passphrase` stays: it opens the secrets in stacks/*.yaml.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
STATE = ".pulumi-state"
MADE_HERE = (
    ".venv",
    ".pulumi-cli",
    ".published",
    STATE,
    ".set-up.lock",
    ".aiware-local",
    "out",
    "build",
    "htmlcov",
    "*.egg-info",
    ".coverage*",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
    "**/__pycache__",
)
NOT_A_RESOURCE = ("pulumi:pulumi:Stack", "pulumi:providers:")


def main() -> int:
    parser = argparse.ArgumentParser(description="Removes what the project made in this folder.")
    parser.add_argument("--force", action="store_true", help="also where something would be lost")
    force = parser.parse_args().force
    remote = stacks_with_resources(PROJECT / STATE)
    if remote and not force:
        say(
            f"Not cleaned: {STATE} is the only record of what these stacks hold in aiWARE: {', '.join(remote)}.\n"
            f"Destroy them first (make destroy STACK={remote[0]}), or lose the record with: make clean FORCE=1"
        )
        return 1
    if not stop_local_aiware() and not force:
        say("Not cleaned: the local aiWARE could not be stopped (see above). To clean all the same: make clean FORCE=1")
        return 1
    for pattern in MADE_HERE:
        for path in sorted(PROJECT.glob(pattern)):
            remove(path)
    return 0


def stacks_with_resources(state: Path) -> list[str]:
    """Names the stacks, other than `local`, whose state holds resources."""
    files = sorted(state.glob(".pulumi/stacks/*/*.json")) + sorted(state.glob(".pulumi/stacks/*/*.json.gz"))
    stacks = [(file.name.removesuffix(".gz").removesuffix(".json"), file) for file in files]
    return [name for name, file in stacks if name != "local" and has_resources(file)]


def has_resources(file: Path) -> bool:
    content = file.read_bytes()
    checkpoint = json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)["checkpoint"]
    resources = (checkpoint.get("latest") or {}).get("resources") or []
    return any(not resource["type"].startswith(NOT_A_RESOURCE) for resource in resources)


def stop_local_aiware() -> bool:
    """Stops the local aiWARE of this project folder; True if none runs any more."""
    aiware = shutil.which("aiware", path=sysconfig.get_path("scripts", "venv", {"base": str(PROJECT / ".venv")}))
    if aiware is None:
        return True
    return subprocess.run([aiware, "local", "stop"], cwd=PROJECT, check=False).returncode == 0


def remove(path: Path) -> None:
    """Removes a file or folder, and says so unless it is one of the many small caches."""
    if path.name != "__pycache__":
        say(f"Removing {path.relative_to(PROJECT)}")
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
