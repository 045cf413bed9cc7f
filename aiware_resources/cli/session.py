"""The settings and the connection that the commands share."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from aiware_resources.api import Api, connect
from aiware_resources.errors import ConfigurationError
from aiware_resources.settings import Settings


@dataclass(frozen=True)
class Session:
    """Where a command looks.

    Attributes:
        stack: The stack whose settings apply; ``None`` for those of the environment.
    """

    stack: str | None

    def settings(self) -> Settings:
        """The settings.

        Raises:
            ConfigurationError: When they cannot be used, or the stack cannot be read.
        """
        return Settings.from_mapping(_stack_config(self.stack) if self.stack else {})

    def api(self) -> Api:
        """The API of the aiWARE that the settings name."""
        return connect(self.settings())


def _stack_config(stack: str) -> dict[str, str]:
    command = ["pulumi", "config", "--stack", stack, "--json", "--show-secrets", "--non-interactive"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - no shell
    except FileNotFoundError as error:
        raise ConfigurationError(
            "There is no `pulumi` on PATH to read the stack with.", remedy='Run: eval "$(make -s env)"'
        ) from error
    except subprocess.CalledProcessError as error:
        raise ConfigurationError(
            f"The stack {stack} cannot be read: {error.stderr.strip()}", remedy="`pulumi stack ls` lists the stacks."
        ) from error
    entries = json.loads(answer.stdout)
    return {key: entry["value"] for key, entry in entries.items() if "value" in entry}
