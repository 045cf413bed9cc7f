"""The looks at everything that is awaited: in batches, at an interval that adapts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, TypeVar

import pulumi

from aiware_resources.errors import AiwareError
from aiware_resources.settings import Settings
from aiware_resources.waiting.failures import Failures
from aiware_resources.waiting.interval import Interval, gathered
from aiware_resources.waiting.looks import Call, explain, look
from aiware_resources.waiting.outages import PASSING, Outages
from aiware_resources.waiting.row import Row
from aiware_resources.waiting.verdict import Done, Failed, Pending, Verdict
from aiware_resources.waiting.watch import Condition, Watch, counted, duration

R = TypeVar("R")

_REPEAT_PROGRESS = 10.0
"""Seconds after which a row's progress is written again although only the time has changed."""

_MANY = 50
"""Objects from which on that is done less often: so many rows in those seconds are enough for anybody."""

_AT_ONCE = 3
"""Batches asked about side by side; the monitor has a thread more, for what else the program asks."""

_RESUME = "The work goes on in aiWARE; run `pulumi up` again to resume waiting for it."


class Polling:
    """Looks at what is awaited until all of it has ended.

    Args:
        settings: How often to look, and at how many objects a request.
        call: Asks aiWARE something.
        failures: Takes what ended badly.
    """

    def __init__(self, settings: Settings, call: Call, failures: Failures) -> None:
        self._batch_size = settings.poll_batch_size
        self._call = call
        self._failures = failures
        self._interval = Interval(settings.poll_interval, settings.poll_max_interval)
        self._due = 0.0
        self._watches: list[Watch[Any]] = []
        self._new: list[Watch[Any]] = []
        self._arrived = asyncio.Event()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._outages = Outages()
        self._told_of = 0
        self._running: asyncio.Task[None] | None = None

    @property
    def awaited(self) -> list[asyncio.Future[Any]]:
        """The completions of all that is awaited."""
        return [watch.completion for watch in (*self._watches, *self._new)]

    @property
    def left(self) -> int:
        """How many objects have not come to an end yet."""
        return sum(not self._is_over(watch) for watch in (*self._watches, *self._new))

    def add(self, watch: Watch[Any]) -> None:
        """Begins to look at an object."""
        self._new.append(watch)
        self._arrived.set()
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        self._due = time.monotonic() + self._interval.seconds
        try:
            while self._watches or self._new:
                await self._round()
        except Exception as error:
            self._break_off(error)
            raise
        finally:
            self._running = None

    async def _round(self) -> None:
        """Looks at what is new as soon as it has gathered, and at everything whenever the interval has passed."""
        try:
            await asyncio.wait_for(self._arrived.wait(), self._due - time.monotonic())
        except TimeoutError:
            self._interval.after(changed=await self._look(self._watches))
            self._due = time.monotonic() + self._interval.seconds
            return
        await gathered()
        self._arrived.clear()
        new, self._new = self._new, []
        self._watches += new
        await self._look(new)
        self._interval.after(changed=True)
        # What keeps arriving must not put off the look at what is there.
        self._due = min(self._due, time.monotonic() + self._interval.seconds)

    async def _look(self, watches: Sequence[Watch[Any]]) -> bool:
        """Looks at objects, and takes note of what is seen.

        Returns:
            Whether anything had changed.
        """
        changed = False
        for condition in {watch.condition.kind: watch.condition for watch in watches}.values():
            group = [watch for watch in watches if watch.condition.kind == condition.kind]
            changed |= await self._look_at_kind(condition, group)
        self._watches = [watch for watch in self._watches if not self._is_over(watch)]
        self._tell()
        return changed

    def _tell(self) -> None:
        """Shows on the stack's row how much is left, and how to resume: once interrupted, the engine shows no more."""
        if (left := self.left) and left != self._told_of:
            Row(None).progress(f"waiting for {counted(left)}; after an interruption `pulumi up` resumes the waiting")
        self._told_of = left

    async def _look_at_kind(self, condition: Condition[Any], watches: Sequence[Watch[Any]]) -> bool:
        size = self._batch_size
        batches = [watches[start : start + size] for start in range(0, len(watches), size)]
        # Each is noted as soon as it is answered.
        looked = await asyncio.gather(*(self._look_at_batch(condition, batch) for batch in batches))
        troubles = [outcome for outcome in looked if isinstance(outcome, AiwareError)]
        if not troubles:
            self._outages.over(condition.kind)
        elif self._outages.has_lasted_too_long(condition.kind, troubles[0]):
            self._give_up(condition.kind, troubles[0])
        return any(outcome is True for outcome in looked)

    async def _look_at_batch(self, condition: Condition[R], watches: Sequence[Watch[R]]) -> bool | AiwareError:
        try:
            async with self._at_once:
                records = await self._call(partial(look, condition, [watch.object_id for watch in watches]))
        except PASSING as trouble:
            return trouble
        seen = [(watch, watch.condition.judge(watch.object_id, records.get(watch.object_id))) for watch in watches]
        failed = [(watch, verdict) for watch, verdict in seen if isinstance(verdict, Failed)]
        changed = [self._take(watch, verdict) for watch, verdict in seen if not isinstance(verdict, Failed)]
        explained = await asyncio.gather(*(self._explained(watch, verdict) for watch, verdict in failed))
        # What one look has shown is noted in one go: a first failure may end the run.
        changed += [
            self._take(watch, verdict)
            for (watch, _), verdict in zip(failed, explained, strict=True)
            if not isinstance(verdict, AiwareError)
        ]
        troubles = [verdict for verdict in explained if isinstance(verdict, AiwareError)]
        return troubles[0] if troubles else any(changed)

    async def _explained(self, watch: Watch[R], failed: Failed[R]) -> Verdict[R] | AiwareError:
        try:
            return await self._call(partial(explain, watch.condition, watch.object_id, failed))
        except PASSING as trouble:
            return trouble

    def _take(self, watch: Watch[Any], verdict: Verdict[Any]) -> bool:
        """Takes note of what an object was seen to be; says whether that is anything new."""
        if self._is_over(watch):
            return False
        match verdict:
            case Done(record):
                watch.completion.set_result(record)
                return True
            case Failed(error, record):
                self._failed(watch, error, record)
                return True
            case Pending(progress, status):
                return self._show(watch, progress, status)

    def _show(self, watch: Watch[Any], progress: str, status: str) -> bool:
        changed = (status, progress) != (watch.status, watch.shown[0])
        watch.status = status
        if changed or watch.elapsed - watch.shown[1] >= _REPEAT_PROGRESS * max(1.0, len(self._watches) / _MANY):
            watch.shown = (progress, watch.elapsed)
            watch.row.progress(f"{progress}, {duration(watch.elapsed)}")
        if late := watch.timed_out():
            self._failed(watch, late, None)
        return changed

    def _is_over(self, watch: Watch[Any]) -> bool:
        return watch.completion.done() or self._failures.holds(watch.completion)

    def _failed(self, watch: Watch[Any], error: AiwareError, record: Any) -> None:
        if watch.allow_failure and record is not None:
            watch.row.warn(f"{error} (allow_failure is set: dependents run)")
            watch.completion.set_result(record)
            return
        self._failures.hold(watch.name, watch.row, error, watch.completion)

    def _give_up(self, kind: str, trouble: AiwareError) -> None:
        """Ends the waiting for all objects of a kind that cannot be asked about."""
        watches = [watch for watch in self._watches if watch.condition.kind == kind and not self._is_over(watch)]
        what = f"1 {kind}" if len(watches) == 1 else f"{len(watches)} {kind}s"
        error = AiwareError(f"waiting broke off: {trouble}", remedy=_RESUME)
        self._failures.hold(what, Row(None), error, *(watch.completion for watch in watches))

    def _break_off(self, error: Exception) -> None:
        """Ends all waiting when the looking itself is impossible, a rejected token for example."""
        reason = pulumi.RunError(f"Waiting broke off: {error} {_RESUME}")
        for completion in self.awaited:
            if not completion.done():
                completion.set_exception(reason if isinstance(error, AiwareError) else error)
        self._watches, self._new = [], []
