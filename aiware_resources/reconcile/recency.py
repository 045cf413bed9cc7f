"""How long ago an object was submitted: what was made just now may not be shown everywhere yet."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiware_resources.api import by_server

R = TypeVar("R")

log = logging.getLogger("aiware")

_PAUSE = 1.0
"""Seconds between two looks for something that is not shown yet."""

SUBMITTED = "__submitted"
"""The fact of when the object was submitted, or a job started again: by aiWARE's clock, where that is known.

It starts as keys do that the engine keeps from its displays. States of earlier releases have none.
"""


def now_at(url: str) -> datetime:
    """The present moment by the clock of the aiWARE at an address, as far as it has told the time."""
    now = datetime.now(UTC)
    return by_server(url, now) or now


def submitted_now(url: str) -> str:
    """The fact for what is submitted now."""
    return now_at(url).isoformat()


def looked_for(
    look: Callable[[], R | None], what: str, recorded: Mapping[str, Any], url: str, grace: float
) -> R | None:
    """Looks for something, and again while it is so new that aiWARE may not show it yet.

    Args:
        look: Looks once; gives ``None`` when it is not there.
        what: What is looked for, for people.
        recorded: What is recorded of it.
        url: Where aiWARE is.
        grace: Seconds after which what is not shown is gone (``aiware:notFoundGrace``).
    """
    found = look()
    age = seconds_since(recorded.get(SUBMITTED), now_at(url))
    if found is not None or age is None or age >= grace:
        return found
    left = min(grace - age, grace)
    log.warning("aiWARE does not show %s yet, or not any more; looking again for up to %.0f seconds", what, left)
    end = time.monotonic() + left
    while found is None and (rest := end - time.monotonic()) > 0:
        time.sleep(min(rest, _PAUSE))
        found = look()
    return found


def seconds_since(moment: Any, now: datetime) -> float | None:
    """Seconds since a recorded moment; ``None`` for none."""
    try:
        return (now - datetime.fromisoformat(moment)).total_seconds()
    except (TypeError, ValueError):
        return None
