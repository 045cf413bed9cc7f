"""The ``pulumi`` command: the stacks, their configuration, their states, and previews of their updates.

Secrets go to it through standard input: the arguments of a process can be seen by everybody on the machine. Pulumi's
own Automation API passes them as arguments, and asks for the version before each command.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from aiware_resources.errors import ConfigurationError

INSTALL_PULUMI = "https://www.pulumi.com/docs/install/"
LOG_IN = (
    "`pulumi login`, or set PULUMI_BACKEND_URL, or PULUMI_ACCESS_TOKEN. In a clone of the library: "
    'eval "$(make -s env)"'
)
"""The remedy where Pulumi has no backend."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended.

    Attributes:
        code: Its exit code.
        output: What it printed.
        errors: What it wrote to standard error.
        events: What it wrote to its event log, where it had one.
    """

    code: int
    output: str
    errors: str
    events: str = ""


def config(stack: str) -> dict[str, str]:
    """The configuration of a stack, secrets in clear, under keys such as ``aiware:endpoint``.

    Raises:
        ConfigurationError: There is no ``pulumi``, or the stack cannot be read.
    """
    ended = _run("config", "--json", "--show-secrets", "--stack", stack)
    if ended.code:
        raise _refused(f"The stack {stack} cannot be read", ended)
    entries = json.loads(ended.output)
    return {key: entry["value"] for key, entry in entries.items() if "value" in entry}


def set_config(stack: str, key: str, value: str, *, secret: bool) -> None:
    """Sets one value in a stack's configuration.

    Args:
        stack: The stack.
        key: The key, such as ``aiware:token``.
        value: The value.
        secret: Whether to encrypt it.

    Raises:
        ConfigurationError: It cannot be set.
    """
    _change_config(stack, "set", "--secret" if secret else "--plaintext", key, given=value)


def remove_config(stack: str, key: str) -> None:
    """Takes a value out of a stack's configuration.

    Raises:
        ConfigurationError: It cannot be taken out.
    """
    _change_config(stack, "rm", key)


def preview(stack: str | None, arguments: Sequence[str]) -> Ended:
    """Runs ``pulumi preview --json``.

    Args:
        stack: The stack; ``None`` for the one that is selected.
        arguments: More arguments, passed on as they are.

    Raises:
        ConfigurationError: It could not begin: no ``pulumi``, no such stack, a backend that cannot be reached.
    """
    command = ["preview", "--json", "--show-sames", *_of(stack), *arguments]
    has_policies = any(each.startswith("--policy-pack") for each in arguments)
    ended = _logged(command) if has_policies else _run(*command)
    if "{" not in ended.output:
        remedy = "`pulumi stack ls` lists the stacks; `aiware doctor` checks."
        raise _refused("The preview did not begin", ended, remedy)
    return ended


def recorded(stack: str | None, *, show_secrets: bool = False) -> list[dict[str, Any]]:
    """The resources of a stack as its state has them.

    Raises:
        ConfigurationError: It cannot be read.
    """
    from aiware_resources.fleet.packing import with_jobs

    in_clear = partial(_exported, stack, "--show-secrets")
    return in_clear() if show_secrets else with_jobs(_exported(stack), in_clear)


def _exported(stack: str | None, *options: str) -> list[dict[str, Any]]:
    ended = _run("stack", "export", *options, *_of(stack))
    if ended.code:
        raise _refused(f"The state of {f'the stack {stack}' if stack else 'the stack'} cannot be read", ended)
    deployment = json.loads(ended.output).get("deployment") or {}
    return list(deployment.get("resources") or [])


def providers(stack: str | None) -> dict[str, dict[str, str]]:
    """The settings of the explicit providers in a stack's state, by URN, secrets in clear.

    Raises:
        ConfigurationError: It cannot be read.
    """
    from aiware_resources.reconcile.explicit import recorded_providers

    return recorded_providers(_exported(stack, "--show-secrets"))


def history(stack: str | None, most: int = 20) -> list[dict[str, Any]]:
    """The last updates, refreshes and the like of a stack, newest first; none where Pulumi cannot tell.

    Args:
        stack: The stack; ``None`` for the one that is selected.
        most: How many at the most.
    """
    ended = _run("stack", "history", "--json", "--page-size", str(most), *_of(stack))
    return [] if ended.code else list(json.loads(ended.output) or [])


def selected() -> str:
    """The name of the stack that is selected.

    Raises:
        ConfigurationError: None is.
    """
    ended = _run("stack", "--show-name")
    if ended.code:
        raise _refused("No stack is named, and none is selected", ended, "Name one: -s STACK.")
    return ended.output.strip()


def stacks(*, of_project: bool = False) -> list[str]:
    """The names of all stacks of the backend, those of other projects too.

    Args:
        of_project: Whether only those of the project in this folder are meant.

    Raises:
        ConfigurationError: They cannot be listed.
    """
    ended = _run("stack", "ls", "--json", *([] if of_project else ["--all"]))
    if ended.code:
        raise _refused("The stacks cannot be listed", ended)
    return [stack["name"] for stack in json.loads(ended.output)]


def init_stack(folder: Path, stack: str, environment: Mapping[str, str]) -> None:
    """Makes a stack.

    Args:
        folder: The folder of its project.
        stack: Its name.
        environment: Variables for Pulumi, beside those of this process.

    Raises:
        ConfigurationError: It cannot be made.
    """
    ended = _run("--cwd", str(folder), "stack", "init", stack, environment=environment)
    if ended.code:
        raise _refused(f"The stack {stack} cannot be made", ended)


def _change_config(stack: str, *arguments: str, given: str = "") -> None:
    ended = _run("config", *arguments, "--stack", stack, given=given)
    if ended.code:
        raise _refused(f"The stack {stack} cannot be written", ended)


def _of(stack: str | None) -> list[str]:
    return ["--stack", stack] if stack else []


def _run(*arguments: str, given: str = "", environment: Mapping[str, str] | None = None) -> Ended:
    command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
    # One JSON document, not one for each event.
    variables = {**os.environ, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "false", **(environment or {})}
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command, input=given, capture_output=True, text=True, check=False, env=variables
        )
    except FileNotFoundError as error:
        raise ConfigurationError(
            "There is no `pulumi` on PATH to ask about the stack.",
            remedy=f'Install Pulumi: {INSTALL_PULUMI}. In a clone of the library, run: eval "$(make -s env)"',
        ) from error
    return Ended(done.returncode, done.stdout, done.stderr)


def _logged(command: Sequence[str]) -> Ended:
    """Runs a command with an event log: what policies say is nowhere else, where the output is JSON."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder, "events.json")
        # Pulumi has an event log among its commands for debugging.
        ended = _run(*command, "--event-log", str(log), environment={"PULUMI_DEBUG_COMMANDS": "true"})
        return replace(ended, events=log.read_text(encoding="utf-8") if log.exists() else "")


def _refused(what: str, ended: Ended, remedy: str | None = None) -> ConfigurationError:
    reason = " ".join((ended.errors or ended.output).split()).removeprefix("error: ").removesuffix(".")
    remedy = _remedy(reason) or remedy or "`pulumi stack ls` lists the stacks."
    return ConfigurationError(f"{what}: {reason or f'exit code {ended.code}'}.", remedy=remedy)


def _remedy(reason: str) -> str | None:
    """Suggests what to do about an error of Pulumi that is well known."""
    if "PULUMI_ACCESS_TOKEN" in reason or "requires logging in" in reason:
        return LOG_IN
    if "passphrase" in reason:
        return (
            "Set PULUMI_CONFIG_PASSPHRASE to the passphrase of its secrets, or PULUMI_CONFIG_PASSPHRASE_FILE to the "
            'name of a file that holds it. In a clone of the library, run: eval "$(make -s env)"'
        )
    if "Pulumi.yaml" in reason:
        return "Run this in the folder of the Pulumi project."
    return None
