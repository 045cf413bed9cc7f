"""The ``pulumi`` command, as far as reports need it. Nothing here changes anything."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from aiware_resources.errors import ConfigurationError


@dataclass(frozen=True)
class Ended:
    """A command that has ended.

    Attributes:
        code: Its exit code.
        output: What it printed.
        errors: What it wrote to standard error.
    """

    code: int
    output: str
    errors: str


def preview(stack: str | None, arguments: Sequence[str]) -> Ended:
    """Runs ``pulumi preview --json``.

    Args:
        stack: The stack; ``None`` for the one that is selected.
        arguments: More arguments, passed on as they are.

    Raises:
        ConfigurationError: It could not begin: no ``pulumi``, no such stack, a backend that cannot be reached.
    """
    ended = _run("preview", "--json", "--show-sames", *_of(stack), *arguments)
    if "{" not in ended.output:
        raise _refused(
            "The preview did not begin", ended, "`pulumi stack ls` lists the stacks; `aiware doctor` checks."
        )
    return ended


def recorded(stack: str | None) -> list[dict[str, Any]]:
    """The resources of a stack as its state has them; secrets stay encrypted.

    Raises:
        ConfigurationError: It cannot be read.
    """
    ended = _run("stack", "export", *_of(stack))
    if ended.code:
        raise _refused(f"The state of {f'the stack {stack}' if stack else 'the stack'} cannot be read", ended)
    deployment = json.loads(ended.output).get("deployment") or {}
    return list(deployment.get("resources") or [])


def project() -> str:
    """The name of the project that the current folder belongs to; empty where there is none."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (manifest := folder / "Pulumi.yaml").is_file():
            content = yaml.safe_load(manifest.read_text(encoding="utf-8"))
            return str(content.get("name", "")) if isinstance(content, dict) else ""
    return ""


def selected() -> str:
    """The name of the stack that is selected.

    Raises:
        ConfigurationError: None is.
    """
    ended = _run("stack", "--show-name")
    if ended.code:
        raise _refused("No stack is named, and none is selected", ended, "Name one: -s STACK.")
    return ended.output.strip()


def stacks() -> list[str]:
    """The names of all stacks of the backend, those of other projects too.

    Raises:
        ConfigurationError: They cannot be listed.
    """
    ended = _run("stack", "ls", "--json", "--all")
    if ended.code:
        raise _refused("The stacks cannot be listed", ended)
    return [stack["name"] for stack in json.loads(ended.output)]


def _of(stack: str | None) -> list[str]:
    return ["--stack", stack] if stack else []


def _run(*arguments: str) -> Ended:
    command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
    # One JSON document, not one for each event.
    environment = {**os.environ, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "false"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=environment
        )
    except FileNotFoundError as error:
        raise ConfigurationError(
            "There is no `pulumi` on PATH to ask about the stack.", remedy='Run: eval "$(make -s env)"'
        ) from error
    return Ended(done.returncode, done.stdout, done.stderr)


def _refused(what: str, ended: Ended, remedy: str = "`pulumi stack ls` lists the stacks.") -> ConfigurationError:
    reason = " ".join((ended.errors or ended.output).split()).removeprefix("error: ")
    return ConfigurationError(f"{what}: {reason or f'exit code {ended.code}'}.", remedy=remedy)
