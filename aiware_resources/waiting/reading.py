"""How aiWARE is asked about objects: many of them in one request, and in threads, since the API is synchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

import pulumi

from aiware_resources.api import Api, Unread
from aiware_resources.errors import AiwareError
from aiware_resources.waiting.watch import Condition

R = TypeVar("R")

_ATTEMPTS = 4
"""How often a single object that cannot be read among others is asked about."""

_PAUSE = 1.0
"""Seconds in between."""

_GATHER = 0.2
"""Seconds in which new objects gather before the first poll, so that they share one request."""


async def gathered() -> None:
    """Returns when what is asked for at about the same time has gathered."""
    await asyncio.sleep(_GATHER)


class Call(Protocol):
    """Asks aiWARE something in a thread of the monitor's own."""

    async def __call__(self, ask: Callable[[Api], R]) -> R:
        """What it answers."""


def read(condition: Condition[R], ids: Sequence[str], api: Api) -> tuple[Mapping[str, R], Unread]:
    """Reads objects; gives those that came, and why others could not be read."""
    unread: Unread = {}
    return condition.read(api, ids, unread), unread


class SingleReads:
    """Gathers what is asked about, and asks once.

    Args:
        call: Asks aiWARE something.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._asked: dict[str, dict[str, list[asyncio.Future[Any]]]] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def read(self, condition: Condition[R], object_id: str) -> R | None:
        """What aiWARE says of an object; ``None`` when it does not know it.

        Raises:
            pulumi.RunError: When it could not be read.
        """
        future: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        asked = self._asked.setdefault(condition.kind, {})
        asked.setdefault(object_id, []).append(future)
        if len(asked) == 1:
            task = asyncio.create_task(self._read(condition))
            self._reading.add(task)
            task.add_done_callback(self._reading.discard)
        return await future

    async def _read(self, condition: Condition[Any]) -> None:
        await gathered()
        asked = self._asked.pop(condition.kind)
        left = list(asked)
        troubles: dict[str, AiwareError] = {}
        try:
            for attempt in range(_ATTEMPTS):
                if attempt:
                    await asyncio.sleep(_PAUSE)
                records, unread = await self._call(partial(read, condition, left))
                for object_id in left:
                    for future in asked[object_id] if object_id not in unread else ():
                        future.set_result(records.get(object_id))
                troubles, left = {**unread}, list(unread)
                if not left:
                    return
        except AiwareError as error:
            troubles = dict.fromkeys(left, error)
        for object_id, trouble in troubles.items():
            for future in asked[object_id]:
                future.set_exception(pulumi.RunError(str(trouble)))
