"""The one monitor of a run of a program: it awaits all jobs, exports and clusters that the program submitted.

Providers submit and return at once; the waiting is done here, in the program, since a provider process serves four
calls at a time. All that is awaited is polled in batches, at an interval that adapts. A failure is held back until
nothing else is under way, so that it does not cut off what does not depend on it; then the run ends with all failures
in one error.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import grpc
import pulumi

from aiware_resources.api import Api, Progress, connect
from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.errors import AiwareError, NotAllowed, NotFound
from aiware_resources.settings import Settings
from aiware_resources.text.words import counted
from aiware_resources.waiting.failures import Failures, UnderWay
from aiware_resources.waiting.polling import Polling
from aiware_resources.waiting.reading import SingleReads
from aiware_resources.waiting.watch import Condition, Row, Watch

R = TypeVar("R")
T = TypeVar("T")

_END_WITHIN = 2.0
"""Seconds in which threads may come to an end; one may be waiting for an answer, or for its turn."""

_PROGRESS_EVERY = 1.0
"""Seconds between two messages; a transfer that takes no longer goes without."""

_MEGABYTE = 1_000_000


def of_run(make: Callable[[], T]) -> T:
    """Gives something of the running program: made when it is asked for first, the same one afterwards.

    Pulumi's Automation API runs several programs in one process, one after another and side by side. Each has an event
    loop of its own, so the things of a run are attributes of its loop.

    Args:
        make: Makes it, and tells it from the other things of the run.
    """
    things: dict[Callable[[], Any], Any] = vars(asyncio.get_running_loop()).setdefault("_aiware_run", {})
    if make not in things:
        things[make] = make()
    found: T = things[make]
    return found


def current() -> Monitor:
    """The monitor of the running program, made at first use.

    Raises:
        pulumi.RunError: When the stack's settings cannot be used.
    """
    return of_run(_begun)


def _begun() -> Monitor:
    try:
        monitor = Monitor(Settings.from_pulumi())
    except AiwareError as error:
        raise pulumi.RunError(str(error)) from error
    monitor.expect_access()
    return monitor


class Monitor:
    """Awaits what a program submitted. All methods run on the program's event loop."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        # A thread that waits for an answer must hold up neither what else is asked nor the end of the program; nor may
        # large files hold up the polling.
        self._threads = DaemonThreads(16, "aiware-monitor")
        self._pollers = DaemonThreads(64, "aiware-poller")
        self._transfers = DaemonThreads(4, "aiware-transfer")
        self._interrupted = threading.Event()
        self.under_way = UnderWay(self._end)
        self._failures = Failures(self.under_way, lambda: self._polling.awaited, fail_fast=settings.fail_fast)
        self._polling = Polling(settings, partial(self._asked, self._pollers), self._failures)
        self._single_reads = SingleReads(self.call)
        end_quietly_on_interrupt(self._on_interrupt)

    async def call(self, ask: Callable[[Api], R]) -> R:
        """Asks aiWARE something in a thread of the monitor's own."""
        return await self._asked(self._threads, ask)

    async def _asked(self, threads: DaemonThreads, ask: Callable[[Api], R]) -> R:
        return await _in_thread(threads, lambda: ask(connect(self.settings)))

    async def transfer(self, run: Callable[[Progress], R], row: Row, doing: str) -> R:
        """Moves a file in a thread of its own, and shows on the row how far it is; counts as under way.

        Args:
            run: Moves it, and tells its progress.
            row: Where to show it.
            doing: What is done, to begin the message with: ``uploading interview.mp4``.
        """
        loop = asyncio.get_running_loop()
        shown = TransferProgress(
            lambda message: loop.call_soon_threadsafe(row.progress, message), doing, self._interrupted
        )
        with self.under_way.work():
            return await _in_thread(self._transfers, lambda: run(shown))

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
            What aiWARE says of it at its end; ``None`` for a job seen complete before whose record is gone.

        Raises:
            pulumi.RunError: At the end of the run, when this object or another one failed.
        """
        self._polling.add(watch)
        record: R | None = await watch.completion
        return record

    async def read_once(self, condition: Condition[R], object_id: str) -> R | None:
        """Reads an object once, together with others that are asked about at the same time; never waits for it."""
        return await self._single_reads.read(condition, object_id)

    async def fail(self, name: str, row: Row, error: AiwareError) -> Any:
        """Reports a failure on its row and holds it back until nothing else is under way; never returns.

        Raises:
            pulumi.RunError: At the end of the run.
        """
        held: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._failures.report(name, row, error, held)
        return await held

    def _end(self) -> None:
        """Lets the threads end with the run; a process may go on, and run other programs."""
        self._interrupted.set()
        for threads in (self._threads, self._pollers, self._transfers):
            threads.shutdown(wait=False, cancel_futures=True)

    def _on_interrupt(self) -> str | None:
        self._interrupted.set()
        left = self._polling.left
        if not left:
            return None
        go = "It goes" if left == 1 else "They go"
        waited = f"Interrupted while waiting for {counted(left, 'object')}."
        return f"{waited} {go} on in aiWARE: `pulumi up` resumes the waiting."


async def _in_thread(threads: DaemonThreads, run: Callable[[], R]) -> R:
    # The context tells which of a process's programs runs: whether it is a preview, and which engine to log to.
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, lambda: context.run(run))


def _ask_who_we_are(api: Api) -> None:
    # A token that belongs to no user, or may not ask, is good for the rest all the same.
    with contextlib.suppress(NotFound, NotAllowed):
        api.me()


class TransferProgress:
    """Shows how far a transfer is, once a second at most; called for every block of it.

    Args:
        tell: Shows a message.
        doing: What is done, to begin the message with.
        interrupted: Ends the transfer when it is set.
    """

    def __init__(self, tell: Callable[[str], object], doing: str, interrupted: threading.Event) -> None:
        self._tell = tell
        self._doing = doing
        self._interrupted = interrupted
        self._shown = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Takes note of the bytes that have gone, and of how many there are; 0 when that is unknown.

        Raises:
            AiwareError: When the program was interrupted.
        """
        if self._interrupted.is_set():
            raise AiwareError(f"Interrupted while {self._doing}.", remedy="Run it again.")
        now = time.monotonic()
        if now - self._shown >= _PROGRESS_EVERY:
            self._shown = now
            of = f" of {total / _MEGABYTE:.0f} MB ({100 * done // total} %)" if total else " MB"
            self._tell(f"{self._doing}: {done / _MEGABYTE:.0f}{of}")


def end_quietly_on_interrupt(hint: Callable[[], str | None]) -> None:
    """Ends the program at once when it is interrupted, with a hint instead of Python's traceback.

    Off the main thread it does nothing: signals do not come there. Inline programs of Pulumi's Automation API run so,
    in a process whose interrupts are its owner's business.

    Args:
        hint: What to say, if anything.
    """

    def interrupted() -> None:
        message = hint()
        if message:
            # The engine may be gone already, and then nobody reads it.
            with contextlib.suppress(grpc.RpcError):
                pulumi.log.warn(message)
        _end_within(_END_WITHIN)
        raise SystemExit(1)

    if threading.current_thread() is not threading.main_thread():
        return
    # Windows has no signal handlers in event loops; there the traceback stays.
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted)


def _end_within(seconds: float) -> None:
    """Ends the process, whatever its threads do; the interpreter would wait for each of them."""
    ending = threading.Timer(seconds, os._exit, [1])
    ending.daemon = True
    ending.start()
