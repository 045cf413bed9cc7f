"""Polling of everything that is awaited: each kind by itself, in batches, at an interval that adapts."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import pulumi

from aiware_resources.errors import AiwareError
from aiware_resources.settings import Settings
from aiware_resources.text.words import counted
from aiware_resources.waiting.failures import Failures
from aiware_resources.waiting.outcomes import PASSING, RESUME, Outages, Outcomes
from aiware_resources.waiting.reading import Call, gathered, read
from aiware_resources.waiting.watch import Done, Failed, Row, Verdict, Watch

R = TypeVar("R")

_AT_ONCE = 3
"""Batches of one kind that are asked about side by side."""

_PATIENCE = 5.0
"""Seconds after which an answer is not waited for by the others any more; what it says is noted when it comes."""

GROWTH = 1.5

_LONGER = 1.1
"""How many times as long as the quickest object the last one is given. Their waits do not begin at the same moment."""


@dataclass
class Interval:
    """An interval that grows while nothing changes and is short again as soon as something does.

    It ends early when the last object should have ended: the whole run waits for that one.

    Attributes:
        shortest: Seconds to begin with (``aiware:pollInterval``).
        longest: Seconds at the most (``aiware:pollMaxInterval``).
    """

    shortest: float
    longest: float

    def __post_init__(self) -> None:
        self.seconds = self.shortest
        self._quickest = math.inf

    def after(self, *, changed: bool) -> None:
        """Notes a poll, and whether it showed anything new."""
        self.seconds = self.shortest if changed else min(self.seconds * GROWTH, self.longest)

    def ended_after(self, seconds: float) -> None:
        """Notes how long an object took that has ended well."""
        self._quickest = min(self._quickest, seconds)

    def due(self, now: float, started: Iterable[float]) -> float:
        """When the next poll is due.

        Args:
            now: The present.
            started: When the waiting for each object began.

        Returns:
            The moment when the last object has taken a little longer than the quickest so far, if that is to come
            within the interval; else the end of the interval.
        """
        expected = max(started, default=now) + self._quickest * _LONGER
        return expected if now < expected < now + self.seconds else now + self.seconds


class Polling:
    """Polls what is awaited until all of it has ended. A kind that cannot be asked about delays no other.

    Args:
        settings: How often to poll, how many objects a request asks about, and how long to look for what is not shown.
        call: Asks aiWARE something.
        failures: Takes what has failed.
    """

    def __init__(self, settings: Settings, call: Call, failures: Failures) -> None:
        self._settings = settings
        self._call = call
        self._outcomes = Outcomes(failures, settings.not_found_grace, lambda: len(self._watches))
        self._kinds: dict[str, _Kind] = {}
        self._reported = 0

    @property
    def _watches(self) -> list[Watch[Any]]:
        return [watch for kind in self._kinds.values() for watch in kind.watches]

    @property
    def awaited(self) -> list[asyncio.Future[Any]]:
        """The completions of all that is awaited."""
        return [watch.completion for watch in self._watches if not self._outcomes.is_over(watch)]

    @property
    def left(self) -> int:
        """How many objects have not come to an end yet."""
        return len(self.awaited)

    def add(self, watch: Watch[Any]) -> None:
        """Begins to poll an object. Its timeout goes by the clock, whatever its polls do."""
        name = watch.condition.kind
        if name not in self._kinds:
            self._kinds[name] = _Kind(name, self._settings, self._call, self._outcomes, self._polled)
        kind = self._kinds[name]
        clock = asyncio.get_running_loop().call_later(max(watch.time_left, 0.0), self._outcomes.expire, watch)
        watch.completion.add_done_callback(lambda _: clock.cancel())
        kind.add(watch)

    def _polled(self, error: Exception | None) -> None:
        """Notes that a kind has been polled, or that polling is impossible."""
        if error is not None:
            self._break_off(error)
        if (left := self.left) and left != self._reported:
            # On the stack's row: once interrupted, the engine shows no more.
            objects = counted(left, "object")
            Row(None).progress(f"waiting for {objects}; after an interruption `pulumi up` resumes the waiting")
        self._reported = left

    def _break_off(self, error: Exception) -> None:
        """Ends all waiting when polling is impossible, as with a rejected token."""
        reason = pulumi.RunError(f"Waiting broke off: {error} {RESUME}")
        for completion in self.awaited:
            completion.set_exception(reason if isinstance(error, AiwareError) else error)


class _Kind:
    """Polls the objects of one kind.

    Attributes:
        watches: What is awaited of it.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        call: Call,
        outcomes: Outcomes,
        polled: Callable[[Exception | None], None],
    ) -> None:
        self.watches: list[Watch[Any]] = []
        self._name = name
        self._batch_size = settings.poll_batch_size
        self._call = call
        self._outcomes = outcomes
        self._outages = Outages()
        self._polled = polled
        self._interval = Interval(settings.poll_interval, settings.poll_max_interval)
        self._due = 0.0
        self._new: list[Watch[Any]] = []
        self._arrived = asyncio.Event()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._has_changed = False
        self._answered = False
        self._troubled = False
        self._running: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()

    def add(self, watch: Watch[Any]) -> None:
        """Begins to poll an object."""
        self.watches.append(watch)
        self._new.append(watch)
        self._arrived.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        self._due = self._next()
        try:
            while self.watches:
                await self._round()
        finally:
            self._running = None

    async def _round(self) -> None:
        """Polls new objects once they have gathered, and all of them whenever they are due."""
        is_due = not await self._have_gathered()
        self._arrived.clear()
        new, self._new = self._new, []
        await self._poll(self.watches if is_due else new)
        self._interval.after(changed=self._has_changed or not is_due)
        if is_due:
            self._has_changed = False
            self._due = self._next()
        else:
            # New objects that keep arriving must not put off the poll of the others.
            self._due = min(self._due, self._next())

    async def _have_gathered(self) -> bool:
        """Waits until new objects do not arrive any more, or have done so for an interval; not beyond what is due."""
        try:
            await asyncio.wait_for(self._arrived.wait(), self._due - time.monotonic())
        except TimeoutError:
            return False
        latest = min(self._due, time.monotonic() + self._interval.shortest)
        while self._arrived.is_set() and time.monotonic() < latest:
            self._arrived.clear()
            await gathered()
        return time.monotonic() < self._due

    def _next(self) -> float:
        return self._interval.due(time.monotonic(), [watch.started for watch in self.watches])

    async def _poll(self, watches: Sequence[Watch[Any]]) -> None:
        """Polls objects, except those whose last poll has not been answered yet."""
        free = [each for each in watches if not (each.is_asked_about or self._outcomes.is_over(each))]
        size = self._batch_size
        batches = [free[start : start + size] for start in range(0, len(free), size)]
        await asyncio.gather(*(self._ask_about(batch) for batch in batches))
        self.watches = [watch for watch in self.watches if not self._outcomes.is_over(watch)]
        if self._answered and not self._troubled:
            self._outages.over(self._name)
        self._answered = self._troubled = False
        self._polled(None)

    async def _ask_about(self, watches: Sequence[Watch[Any]]) -> None:
        async with self._at_once:
            for watch in watches:
                watch.is_asked_about = True
            asking = asyncio.create_task(self._noted(watches))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)
            await asyncio.wait({asking}, timeout=_PATIENCE)

    async def _noted(self, watches: Sequence[Watch[Any]]) -> None:
        """Asks about a batch, and takes note of the answer as soon as it comes."""
        try:
            await self._asked(watches)
        except PASSING as trouble:
            self._all_unread(watches, trouble)
        except Exception as fault:  # noqa: BLE001 - it ends the waiting, and is raised there
            self._polled(fault)
        finally:
            for watch in watches:
                watch.is_asked_about = False

    async def _asked(self, watches: Sequence[Watch[R]]) -> None:
        # All objects of a kind are read in the same way.
        ids = [watch.object_id for watch in watches]
        records, unread = await self._call(partial(read, watches[0].condition, ids))
        if len(unread) == len(watches) > 1:
            self._all_unread(watches, next(iter(unread.values())))
            return
        self._answered = True
        failed: list[tuple[Watch[R], Failed[R]]] = []
        for watch in watches:
            if trouble := unread.get(watch.object_id):
                self._outcomes.unread(watch, trouble, is_alone=True)
                continue
            verdict = watch.condition.judge(watch.object_id, records.get(watch.object_id))
            if isinstance(verdict, Failed):
                failed.append((watch, verdict))
            else:
                if isinstance(verdict, Done) and watch.status is not None:
                    self._interval.ended_after(watch.elapsed)
                self._has_changed |= self._outcomes.record(watch, verdict)
        explained = await asyncio.gather(*(self._explained(watch, verdict) for watch, verdict in failed))
        # What one poll has shown is noted in one go: a first failure may end the run.
        for (watch, _), outcome in zip(failed, explained, strict=True):
            if isinstance(outcome, AiwareError):
                self._outcomes.unread(watch, outcome, is_alone=True)
            else:
                self._has_changed |= self._outcomes.record(watch, outcome)

    async def _explained(self, watch: Watch[R], failed: Failed[R]) -> Verdict[R] | AiwareError:
        try:
            return await self._call(lambda api: watch.condition.explain(api, watch.object_id, failed))
        except PASSING as trouble:
            return trouble

    def _all_unread(self, watches: Sequence[Watch[Any]], trouble: AiwareError) -> None:
        self._troubled = True
        self._outages.begun(self._name, trouble)
        for watch in watches:
            self._outcomes.unread(watch, trouble, is_alone=False)
