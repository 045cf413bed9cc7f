"""The settings and the connection that the commands share, and how much they say."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import click

from aiware_resources.errors import ConfigurationError, NotFound

if TYPE_CHECKING:
    from aiware_resources.api import Api
    from aiware_resources.settings import Settings

log = logging.getLogger(__name__)

_LOGGERS = ("aiware", "aiware_resources")
"""The loggers of the library."""
_REQUESTS = "httpx"
"""The one that tells each HTTP request; the queries of URLs, which may be signed, are left out of it."""
_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}


@dataclass(frozen=True)
class Session:
    """The aiWARE that a command asks.

    Attributes:
        stack: The stack whose settings apply; ``None`` for those of the environment.
        quiet: Whether remarks are left out.
        provider: The explicit provider of the stack whose settings apply; ``None`` for the stack's own.
    """

    stack: str | None
    quiet: bool = False
    provider: str | None = None

    def config(self) -> dict[str, str]:
        """The configuration of the stack, or the settings of its provider, secrets in clear; empty when there is none.

        Raises:
            ConfigurationError: When the stack cannot be read.
        """
        return dict(self._config)

    def settings(self) -> Settings:
        """The settings.

        Raises:
            ConfigurationError: When they cannot be used, or the stack cannot be read.
        """
        from aiware_resources.settings import Settings

        return Settings.from_mapping(self.config())

    def api(self) -> Api:
        """The API of the aiWARE that the settings name. A local aiWARE that does not run is not started.

        Raises:
            ConfigurationError: When the settings cannot be used, the stack cannot be read, or the local aiWARE does not
                run.
        """
        from aiware_resources.api import connect

        api = connect(self.settings(), start=False)
        source = f"the stack {self.stack}" if self.stack else "the environment"
        source = f"the provider {self.provider}" if self.provider else source
        log.info("aiWARE is at %s, as %s says.", api.url, source)
        return api

    def note(self, text: str) -> None:
        """Makes a remark, on standard error, unless the user wants none."""
        if not self.quiet:
            click.echo(text, err=True)

    def command(self, *words: str) -> str:
        """A command of ``aiware`` with the same settings, for the user to run."""
        provider = ["--provider", self.provider] if self.provider else []
        return " ".join(["aiware", *(["-s", self.stack] if self.stack else []), *provider, *words])

    @cached_property
    def _config(self) -> dict[str, str]:
        from aiware_resources.cli import pulumi_command
        from aiware_resources.settings.keys import PROVIDER_KEY

        # Asking Pulumi takes about a second.
        if self.provider is None:
            return pulumi_command.config(self.stack) if self.stack else {}
        known = {each[PROVIDER_KEY]: each for each in pulumi_command.providers(self.stack).values()}
        if self.provider not in known:
            raise ConfigurationError(
                f"{f'The stack {self.stack}' if self.stack else 'The selected stack'} has no provider {self.provider}.",
                remedy=f"It has {', '.join(known)}." if known else "The first `pulumi up` of a program records them.",
            )
        return known[self.provider]


def not_seen(noun: str, ids: Sequence[str], operation: str = "", remedy: str = "") -> NotFound:
    """The error of objects that aiWARE does not show.

    Args:
        noun: What they are: ``TDO``.
        ids: Their ids.
        operation: What was asked.
        remedy: What to do about it, where that is more than checking the ids.
    """
    return NotFound(
        f"aiWARE has no {noun} {f' and no {noun} '.join(ids)} that this token can see.",
        remedy=remedy or f"Check the {'id' if len(ids) == 1 else 'ids'}.",
        operation=operation,
        object_id=ids[0],
    )


@contextmanager
def logged(verbosity: int) -> Iterator[None]:
    """Shows the library's log, on standard error.

    Args:
        verbosity: -1 for errors only, 0 for warnings as well, 1 for what is done, 2 for requests and retries.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    names = (*_LOGGERS, _REQUESTS) if verbosity > 1 else _LOGGERS
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(_LEVELS[verbosity])
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
