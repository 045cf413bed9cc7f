"""What open pages show, polled: once for all that show the same, and only while one of them is open."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.errors import AiwareError
from aiware_resources.waiting.polling import Interval

T = TypeVar("T")
log = logging.getLogger(__name__)

_THREADS = 8
_LAST = 2.0
"""Seconds that answers may take at the end."""


@dataclass(frozen=True)
class Seen(Generic[T]):
    """What a poll has seen.

    Attributes:
        value: What was read last; ``None`` where nothing was read so far.
        error: Why it could not be read this time.
    """

    value: T | None = None
    error: AiwareError | None = None


Show = Callable[[Seen[T]], None]
"""Shows what was seen, in the thread of the event loop."""


class Live:
    """Polls for all pages."""

    def __init__(self) -> None:
        # The end of the process does not wait for an answer that never comes.
        self._threads = DaemonThreads(_THREADS, "console")
        self._polls: dict[Hashable, _Poll[Any]] = {}
        self._calls: set[Future[Any]] = set()

    async def call(self, ask: Callable[[], T]) -> T:
        """Runs a call that waits for an answer in a thread, so that it keeps nobody else waiting."""
        call = self._threads.submit(ask)
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return await asyncio.wrap_future(call)

    async def end(self) -> None:
        """Ends all polls, and waits a moment for the answers that are under way."""
        for poll in self._polls.values():
            poll.end()
        self._polls.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await asyncio.to_thread(wait, list(self._calls), _LAST)

    async def watch(
        self, subject: Hashable, read: Callable[[], T], interval: Interval, show: Show[T], patience: float
    ) -> Watching:
        """Shows something now, and whenever it has changed.

        Args:
            subject: What it is; those who watch the same share one poll.
            read: Reads it, in a thread.
            interval: How often.
            show: Shows it.
            patience: Seconds to wait for the first reading; after that, it is shown when it comes.
        """
        poll = self._polls.get(subject)
        if poll is None:
            poll = self._polls[subject] = _Poll(self.call, read, interval)
        watching = Watching(self, subject, poll)
        poll.shows[watching] = show
        poll.begin()
        try:
            await poll.first(patience)
            show(poll.seen)
        except BaseException:
            # Nobody gets the watching, and so nobody else could end it.
            self.leave(watching)
            raise
        return watching

    def leave(self, watching: Watching) -> None:
        """Ends a watching, and the poll where nobody else watches."""
        watching.poll.shows.pop(watching, None)
        if not watching.poll.shows and self._polls.get(watching.subject) is watching.poll:
            del self._polls[watching.subject]
            watching.poll.end()


@dataclass(frozen=True, eq=False)
class Watching:
    """Somebody who watches a subject."""

    live: Live
    subject: Hashable
    poll: _Poll[Any]

    @property
    def has_failed(self) -> bool:
        """Whether the last look has failed: then the next one has to wait for its time."""
        return self.poll.seen.error is not None

    def look_now(self) -> None:
        """Has the poll look at once."""
        self.poll.wake.set()

    def end(self) -> None:
        """Ends it; doing so again does no harm."""
        self.live.leave(self)


class _Poll(Generic[T]):
    """One poll, for all that watch a subject."""

    def __init__(self, call: Callable[[Callable[[], T]], Any], read: Callable[[], T], interval: Interval) -> None:
        self._call = call
        self._read = read
        self._interval = interval
        self._task: asyncio.Task[None] | None = None
        self._is_read = asyncio.Event()
        self.seen: Seen[T] = Seen()
        self.shows: dict[Watching, Show[T]] = {}
        self.wake = asyncio.Event()

    def begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._follow())

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def first(self, patience: float) -> None:
        """Waits for the first reading."""
        try:
            await asyncio.wait_for(self._is_read.wait(), patience)
        except TimeoutError:
            return

    async def _follow(self) -> None:
        while True:
            self.wake.clear()
            try:
                seen = Seen(await self._call(self._read))
            except AiwareError as error:
                seen = Seen(self.seen.value, error)
            except Exception as error:  # noqa: BLE001 - a mistake of ours: pages must not only look alive
                seen = Seen(self.seen.value, _mistake("read", error))
            changed = seen != self.seen
            self.seen = seen
            self._is_read.set()
            self._interval.after(changed=changed)
            for show in list(self.shows.values()):
                _show(show, seen)
            try:
                await asyncio.wait_for(self.wake.wait(), self._interval.seconds)
            except TimeoutError:
                continue


def _show(show: Show[T], seen: Seen[T]) -> None:
    """Shows what was seen; a page that cannot show it says so, and the others go on."""
    try:
        show(seen)
    except Exception as error:  # noqa: BLE001 - a mistake of one page: the others go on
        with suppress(Exception):
            show(Seen(error=_mistake("shown", error)))


def _mistake(what: str, error: Exception) -> AiwareError:
    """What a page says of a mistake of ours. The mistake's own text may hold a secret."""
    log.debug("A page could not be %s:\n%s", what, "".join(traceback.format_tb(error.__traceback__)))
    return AiwareError(f"This could not be {what}: {type(error).__name__}.")
