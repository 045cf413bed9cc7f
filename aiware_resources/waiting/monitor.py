"""The monitors of a run of a program: they await all jobs, exports and clusters that the program submitted.

There is one for each aiWARE that resources of the program are in: that of the stack, and those of explicit providers.

Providers submit and return at once; the waiting is done here, in the program, since a provider process serves four
calls at a time. All that is awaited is polled in batches, at an interval that adapts. A failure is held back until
nothing else is under way, so that it does not cut off what does not depend on it; then the run ends with one error that
names all that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import pulumi

from aiware_resources.api import Api, Progress, connect
from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.errors import AiwareError, NotAllowed, NotFound
from aiware_resources.reconcile.explicit import Provider, provider_of
from aiware_resources.settings import Settings
from aiware_resources.text import commands
from aiware_resources.waiting.polling import Polling
from aiware_resources.waiting.reading import SingleReads
from aiware_resources.waiting.run import Run, of_run
from aiware_resources.waiting.watch import Condition, Row, Watch

R = TypeVar("R")

_PROGRESS_EVERY = 1.0
"""Seconds between two messages; a transfer that takes no longer goes without."""

_MEGABYTE = 1_000_000


def current() -> Monitor:
    """The monitor for the stack's aiWARE, made at first use in a run.

    Raises:
        pulumi.RunError: When the stack's settings cannot be used.
    """
    return of_run(_begun)


def _begun() -> Monitor:
    try:
        monitor = Monitor(Settings.from_pulumi(), of_run(Run))
    except AiwareError as error:
        raise pulumi.RunError(str(error)) from error
    monitor.expect_access()
    return monitor


class _Explicit(dict[Provider, asyncio.Future["Monitor"]]):
    """The monitors of a run for its explicit providers."""


def monitor_for(provider: pulumi.ProviderResource | None) -> asyncio.Future[Monitor]:
    """The monitor for the aiWARE of a provider; known at once for that of the stack.

    Args:
        provider: The explicit provider; ``None`` for the stack's own.

    Raises:
        pulumi.RunError: When the stack's settings cannot be used, or the provider is not one of this library.
    """
    if provider is None:
        known = asyncio.get_running_loop().create_future()
        known.set_result(current())
        return known
    if not isinstance(provider, Provider):
        raise pulumi.RunError("The provider of an aiWARE resource is an aiware_resources.Provider.")
    monitors = of_run(_Explicit)
    if provider not in monitors:
        monitors[provider] = asyncio.ensure_future(_for_explicit(provider))
    return monitors[provider]


async def _for_explicit(provider: Provider) -> Monitor:
    monitor = Monitor(await provider.settings, of_run(Run), provider.pulumi_resource_name)
    monitor.expect_access()
    return monitor


def monitor_of(resource: pulumi.Resource) -> asyncio.Future[Monitor]:
    """The monitor for the aiWARE that a resource is in, as `monitor_for` gives it."""
    return monitor_for(provider_of(resource))


class Monitor:
    """Awaits what a program submitted to one aiWARE. All methods run on the program's event loop.

    Args:
        settings: Which aiWARE, and how to ask it.
        provider: The name of the explicit provider that it belongs to; ``None`` for the stack's.
        run: What it shares with the other monitors of the run.
    """

    def __init__(self, settings: Settings, run: Run | None = None, provider: str | None = None) -> None:
        self.settings = settings
        self.provider = provider
        self.run = run or Run()
        self.under_way = self.run.under_way
        self._failures = self.run.failures
        self._failures.fail_fast |= settings.fail_fast
        self._polling = Polling(settings, partial(self._asked, self.run.pollers), self._failures)
        self.run.pollings.append(self._polling)
        self._single_reads = SingleReads(self.call)

    async def call(self, ask: Callable[[Api], R]) -> R:
        """Asks aiWARE something in a thread of the monitor's own."""
        return await self._asked(self.run.threads, ask)

    async def _asked(self, threads: DaemonThreads, ask: Callable[[Api], R]) -> R:
        with commands.through(self.provider):
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
            lambda message: loop.call_soon_threadsafe(row.progress, message), doing, self.run.interrupted
        )
        with self.under_way.work():
            return await _in_thread(self.run.transfers, lambda: run(shown))

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
            through = f" through the provider {self.provider}" if self.provider else ""
            raise pulumi.RunError(f"aiWARE cannot be used{through}: {error}") from error

    async def completed(self, watch: Watch[R]) -> R | None:
        """Waits for an object.

        Returns:
            What aiWARE says of it at its end; ``None`` for a job seen complete before whose record is gone.

        Raises:
            pulumi.RunError: At the end of the run, when this object or another one failed.
        """
        # What polls it takes over the context.
        with commands.through(self.provider):
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
