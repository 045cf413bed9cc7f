"""What time it is by aiWARE's clock, as the ``Date`` header of its answers tells.

Objects are found by when they were created, which aiWARE notes by its own clock; that of this machine may be wrong.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Protocol

import httpx

from aiware_resources.errors import ApiError

RESOLUTION = timedelta(seconds=1)
"""A ``Date`` header tells whole seconds."""

_CREDIBLE = timedelta(days=366 * 100)
"""A clock that is further away than this tells nothing; and the year 1 has no day before."""

_ahead: dict[str, timedelta] = {}
_silent: set[str] = set()
"""Servers that have answered without telling the time."""


class Asked(Protocol):
    """An API that can be asked for anything at all."""

    @property
    def url(self) -> str:
        """Its address."""

    def me(self) -> object:
        """Makes a cheap request."""


def note(response: httpx.Response) -> None:
    """Takes note of what an answer tells; a hook of every HTTP client of this package."""
    told = response.headers.get("date")
    try:
        server = parsedate_to_datetime(told) if told else None
        ahead = server - datetime.now(UTC) if server is not None and server.tzinfo is not None else None
    except (ValueError, OverflowError):
        ahead = None
    place = _place(response.url)
    if ahead is not None and abs(ahead) < _CREDIBLE:
        _ahead[place] = ahead + RESOLUTION / 2
    else:
        _silent.add(place)


def by_server(url: str, moment: datetime) -> datetime | None:
    """Translates a moment by this machine's clock into one by the clock of the server, give or take a second.

    Args:
        url: An address of the server.
        moment: The moment; with a time zone.

    Returns:
        None as long as the server has not answered anything.
    """
    ahead = _ahead.get(_place_in(url))
    return None if ahead is None else moment + ahead


def learned_from(api: Asked, moment: datetime) -> datetime | None:
    """As `by_server`; asks the server something where nothing is known of its clock yet.

    Args:
        api: How to ask it.
        moment: The moment by this machine's clock; with a time zone.

    Returns:
        None when the server cannot be asked, or does not show the time.
    """
    known = by_server(api.url, moment)
    if known is None and _place_in(api.url) not in _silent:
        # Any answer tells what time it is there; whether this one is good makes no difference.
        with suppress(ApiError):
            api.me()
        known = by_server(api.url, moment)
    return known


@lru_cache
def _place_in(address: str) -> str:
    return _place(httpx.URL(address))


def _place(url: httpx.URL) -> str:
    return url.netloc.decode()
