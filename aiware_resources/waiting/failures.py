"""Failures of a run: held back until nothing else is under way, then told in one error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pulumi

from aiware_resources.errors import AiwareError, RunFailed
from aiware_resources.waiting.row import Row
from aiware_resources.waiting.under_way import UnderWay

AnyFuture = asyncio.Future[Any]


class Failures:
    """Holds failures back, so that none cuts off what does not depend on it.

    Args:
        under_way: Tells when nothing moves any more.
        awaited: What is still awaited; it ends with the run.
        fail_fast: Whether the first failure ends the run at once.
    """

    def __init__(self, under_way: UnderWay, awaited: Callable[[], Sequence[AnyFuture]], *, fail_fast: bool) -> None:
        self._under_way = under_way
        self._awaited = awaited
        self._fail_fast = fail_fast
        self._told: list[str] = []
        self._held: set[AnyFuture] = set()
        self._ending: asyncio.Task[None] | None = None

    def holds(self, future: AnyFuture) -> bool:
        """Whether it is one that ends with the run."""
        return future in self._held

    def hold(self, name: str, row: Row, error: AiwareError, *futures: AnyFuture) -> None:
        """Reports a failure on its row at once; the futures end with the run.

        Args:
            name: What failed.
            row: Where to say so.
            error: Why.
            futures: Those who wait for it.
        """
        self._told.append(f"{name}: {str(error).splitlines()[0]}")
        self._held.update(futures)
        row.error(f"{name}: {error}")
        if self._ending is None:
            self._ending = asyncio.create_task(self._end_when_due())

    async def _end_when_due(self) -> None:
        if not self._fail_fast:
            await self._under_way.nothing_left(lambda: bool(self._awaited()))
        self._ending = None
        self._end()

    def _end(self) -> None:
        # The whole of each failure stands on its row; here they are listed.
        summary = str(RunFailed([AiwareError(failure) for failure in self._told]))
        for future in [*self._held, *self._awaited()]:
            if not future.done():
                future.set_exception(pulumi.RunError(summary))
