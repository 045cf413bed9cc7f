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
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pulumi

from aiware_resources.api import Api, Progress, connect
from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.errors import AiwareError, NotAllowed, NotFound
from aiware_resources.settings import Settings
from aiware_resources.text.words import counted
from aiware_resources.waiting.failures import Failures
from aiware_resources.waiting.glances import Glances
from aiware_resources.waiting.interrupt import end_quietly_on_interrupt
from aiware_resources.waiting.polling import Polling
from aiware_resources.waiting.row import Row
from aiware_resources.waiting.run import of_run
from aiware_resources.waiting.throttled import Throttled
from aiware_resources.waiting.under_way import UnderWay
from aiware_resources.waiting.watch import Condition, Watch

R = TypeVar("R")


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
        self._glances = Glances(self.call)
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
        shown = Throttled(lambda message: loop.call_soon_threadsafe(row.progress, message), doing, self._interrupted)
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

    async def glance(self, condition: Condition[R], object_id: str) -> R | None:
        """Looks at an object once, together with others that are asked about at the same time; never waits for it."""
        return await self._glances.at(condition, object_id)

    async def fail(self, name: str, row: Row, error: AiwareError) -> Any:
        """Reports a failure on its row and holds it back until nothing else is under way; never returns.

        Raises:
            pulumi.RunError: At the end of the run.
        """
        held: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._failures.hold(name, row, error, held)
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
