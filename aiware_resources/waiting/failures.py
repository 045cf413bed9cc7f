"""Failures of a run: each told once, on its resource's row; the run ends when nothing else is under way.

Whether anything is still under way, the program can tell from its event loop: every call to the engine goes through the
loop's default executor. When that is idle, nothing is awaited by the monitor and no download runs, all that is left
waits for what failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

import pulumi
from pulumi.runtime.settings import SETTINGS

from aiware_resources.errors import AiwareError
from aiware_resources.text.words import counted
from aiware_resources.waiting.watch import Row

P = ParamSpec("P")
T = TypeVar("T")

_NAMED = 10
"""So many of what failed the last error names."""

AnyFuture = asyncio.Future[Any]

_THREADS_PER_OPERATION = 4
"""As the Pulumi language runtime sizes the executor that this one replaces."""

_SETTLED_AFTER = 0.25
"""Seconds of silence after which the callbacks that one finished call set off have surely run."""


class CountingExecutor(ThreadPoolExecutor):
    """A thread pool that knows how many calls were made and how many of them are unfinished.

    Args:
        max_workers: How many threads there are at the most.
        on_shutdown: Called when the pool is shut down, as an event loop does with its own when it is closed.
    """

    def __init__(self, max_workers: int, on_shutdown: Callable[[], None]) -> None:
        super().__init__(max_workers, thread_name_prefix="pulumi-engine-call")
        self._on_shutdown = on_shutdown
        self._lock = threading.Lock()
        self.submitted = 0
        self.unfinished = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Runs a call in the pool, and counts it."""
        with self._lock:
            self.submitted += 1
            self.unfinished += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._finished)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes no more calls."""
        self._on_shutdown()
        super().shutdown(wait, cancel_futures=cancel_futures)

    def _finished(self, _: Future[Any]) -> None:
        with self._lock:
            self.unfinished -= 1


class UnderWay:
    """Counts what moves in the program: calls to the engine, and the library's own work after completion.

    Args:
        on_end: Called when the program's event loop is closed.
    """

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._calls = CountingExecutor(max(SETTINGS.parallel or 1, 1) * _THREADS_PER_OPERATION, on_end)
        self._own = 0
        asyncio.get_running_loop().set_default_executor(self._calls)

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Counts a piece of the library's own work, such as a download, while it runs."""
        self._own += 1
        try:
            yield
        finally:
            self._own -= 1

    async def nothing_left(self, awaited: Callable[[], bool]) -> None:
        """Returns when nothing moves any more.

        Args:
            awaited: Whether the monitor still awaits anything.
        """
        calls_when_quiet = -1
        while True:
            moving = awaited() or self._own or self._calls.unfinished
            if not moving and calls_when_quiet == self._calls.submitted:
                return
            calls_when_quiet = -1 if moving else self._calls.submitted
            await asyncio.sleep(_SETTLED_AFTER)


class Failures:
    """Holds failures back, so that none of them stops what does not depend on it.

    Args:
        under_way: Knows when nothing moves any more.
        awaited: What is still awaited; it ends with the run.

    Attributes:
        fail_fast: Whether the first failure ends the run at once.
    """

    def __init__(self, under_way: UnderWay, awaited: Callable[[], Sequence[AnyFuture]]) -> None:
        self._under_way = under_way
        self._awaited = awaited
        self.fail_fast = False
        self._told: dict[tuple[str, str], None] = {}
        self._waiting: set[AnyFuture] = set()
        self._ending: asyncio.Task[None] | None = None

    def will_end(self, future: AnyFuture) -> bool:
        """Whether it is one that ends with the run."""
        return future in self._waiting

    def report(self, name: str, row: Row, error: AiwareError, *futures: AnyFuture) -> None:
        """Reports a failure on its row at once; the futures end with the run.

        Args:
            name: What failed.
            row: Where to say so.
            error: Why.
            futures: Those who wait for it.
        """
        self._waiting.update(futures)
        if (name, str(error)) not in self._told:
            self._told[name, str(error)] = None
            row.error(f"{name}: {error}")
        if self._ending is None:
            self._ending = asyncio.create_task(self._end_when_due())

    async def _end_when_due(self) -> None:
        if not self.fail_fast:
            await self._under_way.nothing_left(lambda: bool(self._awaited()))
        self._ending = None
        self._end()

    def _end(self) -> None:
        # Pulumi shows it under the stack's name, beside the rows that say why.
        summary = self._summary()
        for future in [*self._waiting, *self._awaited()]:
            if not future.done():
                future.set_exception(pulumi.RunError(summary))

    def _summary(self) -> str:
        names = list(dict.fromkeys(name for name, _ in self._told))
        if len(names) == 1:
            return f"{names[0]} failed; its message says why, and what to do."
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        failed = f"{counted(len(names), 'thing')} failed: {', '.join(names[:_NAMED])}{more}"
        return f"{failed}. The message of each says why, and what to do."
