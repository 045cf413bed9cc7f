"""How the monitor asks aiWARE: in threads, since the API is synchronous and the event loop is not to stand still."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from aiware_resources.api import Api, Unread
from aiware_resources.waiting.verdict import Failed, Verdict
from aiware_resources.waiting.watch import Condition

R = TypeVar("R")


class Call(Protocol):
    """Asks aiWARE something in a thread of the monitor's own."""

    async def __call__(self, ask: Callable[[Api], R]) -> R:
        """What it answers."""


def look(condition: Condition[R], ids: Sequence[str], api: Api) -> tuple[Mapping[str, R], Unread]:
    """Reads objects; gives those that came, and why others could not be read."""
    unread: Unread = {}
    return condition.look(api, ids, unread), unread


def explain(condition: Condition[R], object_id: str, failed: Failed[R], api: Api) -> Verdict[R]:
    """Asks for more about what has failed."""
    return condition.explain(api, object_id, failed)
