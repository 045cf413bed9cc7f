"""What the states of a project's other stacks hold."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath
from typing import Any

import psutil

from aiware_resources.errors import ConfigurationError

_SIDE_BY_SIDE = 4


def stacks(project: str) -> list[str]:
    """The names of the stacks of a project, with the project where it is not that of this folder.

    Raises:
        ConfigurationError: They cannot be listed.
    """
    listed = json.loads(_pulumi("stack", "ls", "--json", "--project", project) or "[]")
    return [str(stack["name"]) for stack in listed]


def states(names: list[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The resources that stacks of the project hold, by the name of each stack.

    Raises:
        ConfigurationError: One of them cannot be read.
    """
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        yield from zip(names, threads.map(_state, names), strict=True)


def state_in_clear(name: str) -> list[dict[str, Any]]:
    """The resources that a stack of the project holds, with their secrets.

    Raises:
        ConfigurationError: They cannot be read.
    """
    return _state(name, "--show-secrets")


def _state(name: str, *options: str) -> list[dict[str, Any]]:
    deployment = json.loads(_pulumi("stack", "export", *options, "--stack", name)).get("deployment") or {}
    return list(deployment.get("resources") or [])


def _pulumi(*arguments: str) -> str:
    # It takes no lock: an update of that stack may be under way.
    program, folder = _engine()
    command = [program, *arguments, "--non-interactive", "--color=never"]
    variables = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(  # noqa: S603 - no shell
        command, cwd=folder, capture_output=True, text=True, check=False, env=variables
    )
    if done.returncode:
        raise ConfigurationError(
            f"`pulumi {' '.join(arguments)}` failed, which is to tell what other shards have: {done.stderr.strip()}",
            remedy="Nothing was changed. Run it again when the backend can be reached.",
        )
    return done.stdout


def _engine() -> tuple[str, str | None]:
    """The `pulumi` that runs this update, and its folder: that of the project, also with the Automation API."""
    for process in psutil.Process().parents():
        try:
            program = process.exe()
            if PurePath(program).stem.lower() == "pulumi":
                return program, process.cwd()
        except psutil.Error:
            continue
    return shutil.which("pulumi") or "pulumi", None
