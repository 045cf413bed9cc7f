"""Single looks at objects, as a preview makes them: together with others that are asked about at the same time."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, TypeVar

import pulumi

from aiware_resources.errors import AiwareError
from aiware_resources.waiting.interval import gathered
from aiware_resources.waiting.looks import Call, look
from aiware_resources.waiting.watch import Condition

R = TypeVar("R")

_ATTEMPTS = 4
"""How often a single object that cannot be read among others is asked about."""

_PAUSE = 1.0
"""Seconds in between."""


class Glances:
    """Gathers what is asked about, and asks once.

    Args:
        call: Asks aiWARE something.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._asked: dict[str, dict[str, list[asyncio.Future[Any]]]] = {}
        self._looking: set[asyncio.Task[None]] = set()

    async def at(self, condition: Condition[R], object_id: str) -> R | None:
        """What aiWARE says of an object; ``None`` when it does not know it.

        Raises:
            pulumi.RunError: When it could not be read.
        """
        future: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        asked = self._asked.setdefault(condition.kind, {})
        asked.setdefault(object_id, []).append(future)
        if len(asked) == 1:
            task = asyncio.create_task(self._look(condition))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)
        return await future

    async def _look(self, condition: Condition[Any]) -> None:
        await gathered()
        asked = self._asked.pop(condition.kind)
        left = list(asked)
        troubles: dict[str, AiwareError] = {}
        try:
            for attempt in range(_ATTEMPTS):
                if attempt:
                    await asyncio.sleep(_PAUSE)
                records, unread = await self._call(partial(look, condition, left))
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
