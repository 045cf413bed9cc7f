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
        try:
            records = await self._call(partial(look, condition, list(asked)))
        except AiwareError as error:
            for future in [future for futures in asked.values() for future in futures]:
                future.set_exception(pulumi.RunError(str(error)))
            return
        for object_id, futures in asked.items():
            for future in futures:
                future.set_result(records.get(object_id))
