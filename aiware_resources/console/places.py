"""Which aiWARE pages are about: that of the environment, or that of a stack."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import SecretStr

from aiware_resources.api import Api, connect
from aiware_resources.settings import Settings
from aiware_resources.waiting.polling import Interval

if TYPE_CHECKING:
    from aiware_resources.report import Report
    from aiware_resources.report.model import Drifted, KeptFailure

_NOT_IN_ADDRESSES = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST_PAUSE = 15.0
"""Seconds between two polls at the most: somebody is looking."""


@dataclass(frozen=True)
class Drift:
    """A stack's state, compared with aiWARE.

    Attributes:
        objects: How many objects the stack has.
        found: What is not as it was recorded.
        kept: What has failed, and stays so.
    """

    objects: int
    found: list[Drifted]
    kept: list[KeptFailure]


@dataclass(frozen=True)
class StackReads:
    """What can be read of a stack beside its aiWARE; each takes seconds.

    Attributes:
        drift: Compares its state with aiWARE.
        preview: Finds out what the next update would do.
    """

    drift: Callable[[], Drift]
    preview: Callable[[], Report]


@dataclass(frozen=True)
class Place:
    """An aiWARE, as one stack or the environment knows it.

    Attributes:
        name: What people call it.
        read_settings: Reads its settings; takes a second where Pulumi has to be asked.
        stack: What else can be read; ``None`` where it is not a stack.
    """

    name: str
    read_settings: Callable[[], Settings]
    stack: StackReads | None = None

    @property
    def slug(self) -> str:
        """Its name in addresses."""
        return _NOT_IN_ADDRESSES.sub("-", self.name)

    @cached_property
    def settings(self) -> Settings:
        """Its settings.

        Raises:
            ConfigurationError: They cannot be used, or the stack cannot be read.
        """
        return self.read_settings()

    def api(self) -> Api:
        """The connection to it; a local aiWARE that does not run is not started.

        Raises:
            ConfigurationError: The settings cannot be used, or the local aiWARE does not run.
        """
        return connect(self.settings, start=False)

    def interval(self) -> Interval:
        """How often it is polled."""
        shortest = self.settings.poll_interval
        return Interval(shortest, max(shortest, min(self.settings.poll_max_interval, _LONGEST_PAUSE)))

    def secrets(self) -> set[str]:
        """The texts of its settings that nothing may quote."""
        token = self.api().token_for(self.api().url)
        values = [*(value for _, value in self.settings), *(value for _, value in self.settings.headers), token]
        return {text for each in values if isinstance(each, SecretStr) and (text := each.get_secret_value())}


def by_slug(places: Iterable[Place]) -> dict[str, Place]:
    """Places by their names in addresses."""
    return {place.slug: place for place in places}
