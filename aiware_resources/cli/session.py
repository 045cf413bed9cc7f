"""The settings and the connection that the commands share."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property

import click

from aiware_resources.api import Api, connect
from aiware_resources.cli import stack_config
from aiware_resources.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """Where a command looks.

    Attributes:
        stack: The stack whose settings apply; ``None`` for those of the environment.
        quiet: Whether remarks are left out.
    """

    stack: str | None
    quiet: bool = False

    def config(self) -> dict[str, str]:
        """The configuration of the stack, secrets in clear; empty when there is none.

        Raises:
            ConfigurationError: When the stack cannot be read.
        """
        return dict(self._config)

    def settings(self) -> Settings:
        """The settings.

        Raises:
            ConfigurationError: When they cannot be used, or the stack cannot be read.
        """
        return Settings.from_mapping(self.config())

    def api(self) -> Api:
        """The API of the aiWARE that the settings name. A local aiWARE that does not run is not started.

        Raises:
            ConfigurationError: When the settings cannot be used, the stack cannot be read, or the local aiWARE does not
                run.
        """
        api = connect(self.settings(), start=False)
        log.info("aiWARE is at %s, as %s says.", api.url, self._source())
        return api

    def note(self, text: str) -> None:
        """Makes a remark, on standard error, unless the user wants none."""
        if not self.quiet:
            click.echo(text, err=True)

    def command(self, *words: str) -> str:
        """A command of ``aiware`` with the same settings, for the user to run."""
        return " ".join(["aiware", *(["-s", self.stack] if self.stack else []), *words])

    @cached_property
    def _config(self) -> dict[str, str]:
        # Asking Pulumi takes about a second.
        return stack_config.read(self.stack) if self.stack else {}

    def _source(self) -> str:
        return f"the stack {self.stack}" if self.stack else "the environment"
