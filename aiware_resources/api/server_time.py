"""What time it is by aiWARE's clock, as the ``Date`` header of its answers tells.

Objects are found by when they were created, which aiWARE notes by its own clock; that of this machine may be wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

RESOLUTION = timedelta(seconds=1)
"""A ``Date`` header tells whole seconds."""

_CREDIBLE = timedelta(days=366 * 100)
"""A clock that is further away than this tells nothing; and the year 1 has no day before."""

_ahead: dict[str, timedelta] = {}


def note(response: httpx.Response) -> None:
    """Takes note of what an answer tells; a hook of every HTTP client of this package."""
    told = response.headers.get("date")
    try:
        server = parsedate_to_datetime(told) if told else None
        ahead = server - datetime.now(UTC) if server is not None and server.tzinfo is not None else None
    except (ValueError, OverflowError):
        return
    if ahead is not None and abs(ahead) < _CREDIBLE:
        _ahead[_place(response.url)] = ahead + RESOLUTION / 2


def by_server(url: str, moment: datetime) -> datetime | None:
    """Translates a moment by this machine's clock into one by the clock of the server, give or take a second.

    Args:
        url: An address of the server.
        moment: The moment; with a time zone.

    Returns:
        None as long as the server has not answered anything.
    """
    ahead = _ahead.get(_place(httpx.URL(url)))
    return None if ahead is None else moment + ahead


def _place(url: httpx.URL) -> str:
    return url.netloc.decode()
