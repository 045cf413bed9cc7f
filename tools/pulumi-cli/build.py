"""Builds the Pulumi CLI and its Python language host from their published Go modules, where none is installed.

    build.py           makes sure that there is a CLI: an installed one that will do, or one built into .pulumi-cli/bin
    build.py --where   prints the folder to put on PATH; nothing if an installed CLI will do

The versions are those of engine/go.mod and language/go.mod. What is built already is not built again, and an
interrupted build goes on where it was. Runs on the standard library alone. tools/setup.py lets one run at a time.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import installed
from artifacts import ARTIFACTS, Artifact
from golang import Go, GoError, say

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]


def main() -> int:
    arguments = parse_arguments()
    bin_folder: Path = arguments.into / "bin"
    found = installed.find(path_without(bin_folder, os.environ.get("PATH", "")))
    if arguments.where:
        if not found.program:
            print(bin_folder)
        return 0
    if found.program or all(artifact.is_current(bin_folder) for artifact in ARTIFACTS):
        return 0
    try:
        build(bin_folder, found.why_not)
    except GoError as error:
        say(f"\nThe Pulumi CLI could not be built: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. The next run goes on from here.")
        return 130
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Builds the Pulumi CLI from its Go modules where none is installed.")
    parser.add_argument("--where", action="store_true", help="print the folder to put on PATH, and build nothing")
    parser.add_argument("--into", type=Path, default=PROJECT / ".pulumi-cli", help="folder to build into")
    return parser.parse_args()


def path_without(folder: Path, search_path: str) -> str:
    """PATH without what was built here, which must not be taken for an installed CLI."""
    return os.pathsep.join(part for part in search_path.split(os.pathsep) if Path(part) != folder)


def build(bin_folder: Path, why_not: str) -> None:
    """Builds what is missing or out of date.

    Raises:
        GoError: There is no Go, it is too old, or it failed; or this is Windows, where scripts of it do not run.
    """
    if not hasattr(os, "fork"):
        raise GoError(f"{why_not or 'none is installed'}. Install it: https://www.pulumi.com/docs/install/")
    say(f"Pulumi CLI: {why_not or 'none is installed'}. Building it from its Go modules into {bin_folder} (once).")
    go = Go.find(HERE / "engine")
    bin_folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(bin_folder)
    todo = [artifact for artifact in ARTIFACTS if not artifact.is_current(bin_folder)]
    for artifact in todo:
        artifact.make(go, bin_folder)
    say(f"Pulumi CLI: ready in {bin_folder}.")


def remove_leftovers(bin_folder: Path) -> None:
    """Removes half-made files that a killed build left behind."""
    for leftover in bin_folder.glob(f"*{Artifact.UNFINISHED}"):
        leftover.unlink()


if __name__ == "__main__":
    sys.exit(main())
