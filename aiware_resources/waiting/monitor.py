"""The one monitor of a program: it awaits all jobs, exports and clusters that the program submitted.

Providers submit and return at once; the waiting is done here, in the program, since a provider process serves four
calls at a time. All that is awaited is polled in batches, at an interval that adapts. A failure is held back until
nothing else is under way, so that it does not cut off what does not depend on it; then the run ends with all failures
in one error.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

import pulumi

from aiware_resources.api import Api, Progress, connect
from aiware_resources.errors import (
    AiwareError,
    CapacityExceeded,
    NotAllowed,
    NotFound,
    NotSent,
    RateLimited,
    RunFailed,
    ServerFailure,
    WaitTimedOut,
)
from aiware_resources.settings import Settings
from aiware_resources.waiting.interrupt import end_quietly_on_interrupt
from aiware_resources.waiting.interval import Interval
from aiware_resources.waiting.row import Row
from aiware_resources.waiting.throttled import Throttled
from aiware_resources.waiting.under_way import UnderWay
from aiware_resources.waiting.verdict import Done, Failed, Pending, Verdict

R = TypeVar("R")

_PASSING = (ServerFailure, NotSent, RateLimited, CapacityExceeded)
"""Troubles that pass: the waiting outlasts them."""

_LONGEST_OUTAGE = 600.0
"""Seconds that aiWARE may stay out of reach before the waiting gives up. The work itself goes on there."""

_GATHER = 0.2
"""Seconds in which newly submitted objects gather before their first look, so that they share one request."""

_REPEAT_PROGRESS = 10.0
"""Seconds after which a row's progress is written again although only the time has changed."""


class Condition(Protocol[R]):
    """What is awaited: how to look at many objects at once, and what a look means."""

    kind: str

    def look(self, api: Api, ids: Sequence[str]) -> Mapping[str, R]:
        """Reads objects in batches; an id that aiWARE does not know is absent from the answer."""

    def judge(self, object_id: str, record: R | None) -> Verdict[R]:
        """What a record means; ``None`` when aiWARE does not know the object."""

    def explain(self, api: Api, object_id: str, failed: Failed[R]) -> Verdict[R]:
        """Asks aiWARE for more about what seems to have ended badly."""


@dataclass(eq=False)
class Watch(Generic[R]):
    """One object awaited.

    Attributes:
        condition: What is awaited of it.
        object_id: Its id in aiWARE.
        name: The resource's name in the program.
        row: Where its progress is shown.
        timeout: Seconds to wait at the most.
        allow_failure: Whether dependents may run after a failure.
    """

    condition: Condition[R]
    object_id: str
    name: str
    row: Row
    timeout: float
    allow_failure: bool = False
    started: float = field(default_factory=time.monotonic)
    status: str | None = None
    shown: tuple[str, float] = ("", 0.0)

    def __post_init__(self) -> None:
        self.completion: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    @property
    def elapsed(self) -> float:
        """Seconds since the waiting began."""
        return time.monotonic() - self.started


class Monitor:
    """Awaits what a program submitted. All methods run on the program's event loop."""

    def __init__(self, settings: Settings, *, offline: bool = False) -> None:
        self.settings = settings
        self.offline = offline
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="aiware-monitor")
        # Large files must not hold up the polling.
        self._transfers = ThreadPoolExecutor(4, thread_name_prefix="aiware-transfer")
        self._interrupted = threading.Event()
        self._interval = Interval(settings.poll_interval, settings.poll_max_interval)
        self._due = 0.0
        self._watches: list[Watch[Any]] = []
        self._new: list[Watch[Any]] = []
        self._arrived = asyncio.Event()
        self._outage_since: float | None = None
        self._failures: list[str] = []
        self._held: list[asyncio.Future[Any]] = []
        self._polling: asyncio.Task[None] | None = None
        self._glances: dict[str, dict[str, list[asyncio.Future[Any]]]] = {}
        self._glancing: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Task[None] | None = None
        self.under_way = UnderWay()
        end_quietly_on_interrupt(self._on_interrupt)

    async def call(self, ask: Callable[[Api], R]) -> R:
        """Asks aiWARE something in a thread of the monitor's own.

        Raises:
            NotSent: When the program runs offline.
        """
        if self.offline:
            raise NotSent("This program runs without aiWARE, and asked it for something.")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: ask(connect(self.settings)))

    async def transfer(self, run: Callable[[Progress], R], row: Row, doing: str) -> R:
        """Moves a file in a thread of its own, and shows on the row how far it is; counts as under way.

        Args:
            run: Moves it, and tells its progress.
            row: Where to show it.
            doing: What is done, to begin the message with: ``uploading interview.mp4``.
        """
        loop = asyncio.get_running_loop()
        shown = Throttled(lambda message: loop.call_soon_threadsafe(row.progress, message), doing, self._interrupted)
        with self.under_way.work():
            return await loop.run_in_executor(self._transfers, lambda: run(shown))

    def expect_access(self) -> None:
        """Ends the program, in a preview already, when aiWARE cannot be reached or refuses the token."""
        known = asyncio.get_running_loop().create_future()
        known.set_result(True)
        # The Pulumi runtime awaits every Output before the program ends.
        pulumi.Output(set(), asyncio.ensure_future(self._access()), known)

    async def _access(self) -> None:
        try:
            await self.call(_ask_who_we_are)
        except AiwareError as error:
            raise pulumi.RunError(f"aiWARE cannot be used: {error}") from error

    async def completed(self, watch: Watch[R]) -> R | None:
        """Waits for an object.

        Returns:
            What aiWARE says of it at its end; ``None`` when aiWARE forgot it but what it made is there.

        Raises:
            pulumi.RunError: At the end of the run, when this object or another one failed.
        """
        self._new.append(watch)
        self._arrived.set()
        if self._polling is None:
            self._polling = asyncio.create_task(self._poll())
        record: R | None = await watch.completion
        return record

    async def glance(self, condition: Condition[R], object_id: str) -> R | None:
        """Looks at an object once, together with others that are asked about at the same time; never waits for it."""
        future: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        asked = self._glances.setdefault(condition.kind, {})
        asked.setdefault(object_id, []).append(future)
        if len(asked) == 1:
            task = asyncio.create_task(self._glance_together(condition))
            self._glancing.add(task)
            task.add_done_callback(self._glancing.discard)
        return await future

    async def _glance_together(self, condition: Condition[Any]) -> None:
        await asyncio.sleep(_GATHER)
        asked = self._glances.pop(condition.kind)
        try:
            records = await self.call(partial(_records, condition, list(asked)))
        except AiwareError as error:
            for future in [future for futures in asked.values() for future in futures]:
                future.set_exception(pulumi.RunError(str(error)))
            return
        for object_id, futures in asked.items():
            for future in futures:
                future.set_result(records.get(object_id))

    async def fail(self, name: str, row: Row, error: AiwareError) -> Any:
        """Reports a failure on its row and holds it back until nothing else is under way; never returns.

        Raises:
            pulumi.RunError: At the end of the run.
        """
        held: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._hold(name, row, error, held)
        return await held

    def _on_interrupt(self) -> str | None:
        self._interrupted.set()
        return self._resume_hint()

    def _resume_hint(self) -> str | None:
        count = len(self._watches) + len(self._new)
        if not count:
            return None
        what = "1 object. It goes" if count == 1 else f"{count} objects. They go"
        return f"Interrupted while waiting for {what} on in aiWARE: `pulumi up` resumes the waiting."

    # --- polling ----------------------------------------------------------------------------------------------------

    async def _poll(self) -> None:
        self._due = time.monotonic() + self._interval.seconds
        try:
            while self._watches or self._new:
                await self._round()
        except Exception as error:
            self._break_off(error)
            raise
        finally:
            self._polling = None

    async def _round(self) -> None:
        """Looks at what is new as soon as it has gathered, and at everything whenever the interval has passed."""
        try:
            await asyncio.wait_for(self._arrived.wait(), self._due - time.monotonic())
        except TimeoutError:
            self._interval.after(changed=await self._look(self._watches))
            self._due = time.monotonic() + self._interval.seconds
            return
        await asyncio.sleep(_GATHER)
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
            try:
                records = await self.call(partial(_records, condition, [watch.object_id for watch in group]))
                verdicts = [await self._verdict(watch, records.get(watch.object_id)) for watch in group]
            except _PASSING as trouble:
                self._outlast(trouble)
                continue
            self._outage_since = None
            seen = zip(group, verdicts, strict=True)
            noted = [self._note(watch, verdict) for watch, verdict in seen if not self._is_over(watch)]
            changed |= any(noted)
        self._watches = [watch for watch in self._watches if not self._is_over(watch)]
        return changed

    async def _verdict(self, watch: Watch[R], record: R | None) -> Verdict[R]:
        verdict = watch.condition.judge(watch.object_id, record)
        if isinstance(verdict, Failed):
            return await self.call(partial(_explained, watch.condition, watch.object_id, verdict))
        return verdict

    def _note(self, watch: Watch[Any], verdict: Verdict[Any]) -> bool:
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
        if changed or watch.elapsed - watch.shown[1] >= _REPEAT_PROGRESS:
            watch.shown = (progress, watch.elapsed)
            watch.row.progress(f"{progress}, {_duration(watch.elapsed)}")
        if watch.elapsed >= watch.timeout:
            self._failed(watch, _timed_out(watch), None)
        return changed

    def _outlast(self, trouble: AiwareError) -> None:
        """Takes a passing trouble, unless it has lasted too long."""
        now = time.monotonic()
        if self._outage_since is None:
            self._outage_since = now
            pulumi.log.warn(f"Waiting goes on, though aiWARE cannot be asked at the moment: {trouble}")
        elif now - self._outage_since > _LONGEST_OUTAGE:
            raise trouble

    # --- failures ---------------------------------------------------------------------------------------------------

    def _is_over(self, watch: Watch[Any]) -> bool:
        return watch.completion.done() or watch.completion in self._held

    def _failed(self, watch: Watch[Any], error: AiwareError, record: Any) -> None:
        if watch.allow_failure and record is not None:
            watch.row.warn(f"{error} (allow_failure is set: dependents run)")
            watch.completion.set_result(record)
            return
        self._hold(watch.name, watch.row, error, watch.completion)

    def _hold(self, name: str, row: Row, error: AiwareError, held: asyncio.Future[Any]) -> None:
        self._failures.append(f"{name}: {str(error).splitlines()[0]}")
        self._held.append(held)
        row.error(f"{name}: {error}")
        if self._ending is None:
            self._ending = asyncio.create_task(self._end_when_due())

    async def _end_when_due(self) -> None:
        if not self.settings.fail_fast:
            await self.under_way.nothing_left(lambda: bool(self._watches or self._new))
        self._ending = None
        self._end()

    def _end(self) -> None:
        # The whole of each failure stands on its row; here they are listed.
        summary = str(RunFailed([AiwareError(failure) for failure in self._failures]))
        waiting = [watch.completion for watch in [*self._watches, *self._new]]
        for future in [*self._held, *waiting]:
            if not future.done():
                future.set_exception(pulumi.RunError(summary))

    def _break_off(self, error: Exception) -> None:
        """Ends all waiting when the looking itself is impossible, a rejected token for example."""
        remedy = "The work goes on in aiWARE; run `pulumi up` again to resume waiting for it."
        reason = pulumi.RunError(f"Waiting broke off: {error} {remedy}")
        for watch in [*self._watches, *self._new]:
            if not watch.completion.done():
                watch.completion.set_exception(reason if isinstance(error, AiwareError) else error)
        self._watches, self._new = [], []


def _records(condition: Condition[R], ids: Sequence[str], api: Api) -> Mapping[str, R]:
    return condition.look(api, ids)


def _explained(condition: Condition[R], object_id: str, failed: Failed[R], api: Api) -> Verdict[R]:
    return condition.explain(api, object_id, failed)


def _ask_who_we_are(api: Api) -> None:
    # A token that belongs to no user, or may not ask, is good for the rest all the same.
    with contextlib.suppress(NotFound, NotAllowed):
        api.me()


def _timed_out(watch: Watch[Any]) -> WaitTimedOut:
    return WaitTimedOut(
        f"{watch.condition.kind} {watch.object_id} was not finished within {_duration(watch.timeout)}; last seen: "
        f"{watch.shown[0] or watch.status}.",
        remedy="It goes on in aiWARE: run `pulumi up` again to resume waiting, or give it a longer timeout.",
        object_id=watch.object_id,
        status=watch.status,
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


_current: list[Monitor] = []


def current() -> Monitor:
    """The monitor of the running program, made at first use.

    Raises:
        pulumi.RunError: When the stack's settings cannot be used.
    """
    if not _current:
        try:
            _current.append(Monitor(Settings.from_pulumi()))
        except AiwareError as error:
            raise pulumi.RunError(str(error)) from error
        _current[0].expect_access()
    return _current[0]


def start_offline() -> None:
    """Gives the program a monitor that never asks aiWARE anything; to be called before the program has one."""
    _current.append(Monitor(Settings(), offline=True))
