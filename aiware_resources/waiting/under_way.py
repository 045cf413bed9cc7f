"""Is anything still under way in this program?

A failure is held back until what does not depend on the failed object has finished. Whether anything still moves, the
program can tell from its event loop: every call to the engine goes through the loop's default executor, so when that is
idle, nothing is awaited by the monitor and no download runs, then all that is left waits for what failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from pulumi.runtime.settings import SETTINGS

P = ParamSpec("P")
T = TypeVar("T")

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
