"""A stack's configuration, read and written by the ``pulumi`` command.

Secrets go to it through standard input: the arguments of a process can be seen by everybody on the machine.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import yaml

from aiware_resources.errors import ConfigurationError


def read(stack: str) -> dict[str, str]:
    """The configuration of a stack, secrets in clear, under keys such as ``aiware:endpoint``.

    Raises:
        ConfigurationError: There is no ``pulumi``, or the stack cannot be read.
    """
    answer = _pulumi(stack, "read", "config", "--json", "--show-secrets")
    entries = json.loads(answer)
    return {key: entry["value"] for key, entry in entries.items() if "value" in entry}


def write(stack: str, key: str, value: str, *, secret: bool) -> None:
    """Sets one value in a stack's configuration.

    Args:
        stack: The stack.
        key: The key, such as ``aiware:token``.
        value: The value.
        secret: Whether to encrypt it.

    Raises:
        ConfigurationError: It cannot be set.
    """
    _pulumi(stack, "written", "config", "set", "--secret" if secret else "--plaintext", key, given=value)


def remove(stack: str, key: str) -> None:
    """Takes a value out of a stack's configuration.

    Raises:
        ConfigurationError: It cannot be taken out.
    """
    _pulumi(stack, "written", "config", "rm", key)


def names() -> list[str]:
    """The stacks that have a file in the project that the current folder belongs to; none where there is no project."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (manifest := folder / "Pulumi.yaml").is_file():
            files = (folder / _config_folder(manifest)).glob("Pulumi.*.yaml")
            return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)
    return []


def _config_folder(manifest: Path) -> str:
    """Where a project keeps its stack files; what is wrong with the project is not for this to tell."""
    try:
        content = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        return ""
    return str(content.get("stackConfigDir", "")) if isinstance(content, dict) else ""


def _pulumi(stack: str, done: str, *arguments: str, given: str = "") -> str:
    command = ["pulumi", *arguments, "--stack", stack, "--non-interactive"]
    try:
        answer = subprocess.run(  # noqa: S603 - no shell
            command, input=given, capture_output=True, text=True, check=True
        )
    except FileNotFoundError as error:
        raise ConfigurationError(
            "There is no `pulumi` on PATH to read the stack with.", remedy='Run: eval "$(make -s env)"'
        ) from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().removeprefix("error: ").removesuffix(".")
        raise ConfigurationError(f"The stack {stack} cannot be {done}: {said}.", remedy=_remedy(said)) from error
    return answer.stdout


def _remedy(said: str) -> str:
    """What to do about what Pulumi said."""
    if "passphrase" in said:
        return 'The passphrase of its secrets has to be in the environment. Run: eval "$(make -s env)"'
    if "Pulumi.yaml" in said:
        return "Run this in the folder of the Pulumi project."
    return "`pulumi stack ls` lists the stacks."
