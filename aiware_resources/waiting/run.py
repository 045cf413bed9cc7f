"""What a run of a program has once: its threads, what moves in it, its failures, and how an interrupt ends it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
import pulumi

from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.text.words import counted
from aiware_resources.waiting.failures import Failures, UnderWay

if TYPE_CHECKING:
    from aiware_resources.waiting.polling import Polling

T = TypeVar("T")

_END_WITHIN = 2.0
"""Seconds in which threads may come to an end; one may be waiting for an answer, or for its turn."""


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


class Run:
    """What the monitors of a run share: it has one for each aiWARE that its resources are in.

    Attributes:
        interrupted: Set when the program was interrupted, or has ended.
        pollings: The polling of each monitor.
        under_way: Counts what moves.
        failures: Holds failures back until nothing else is under way, in whichever aiWARE.
    """

    def __init__(self) -> None:
        # A thread that waits for an answer must hold up neither what else is asked nor the end of the program; nor may
        # large files hold up the polling.
        self.threads = DaemonThreads(16, "aiware-monitor")
        self.pollers = DaemonThreads(64, "aiware-poller")
        self.transfers = DaemonThreads(4, "aiware-transfer")
        self.interrupted = threading.Event()
        self.pollings: list[Polling] = []
        self.under_way = UnderWay(self._end)
        self.failures = Failures(self.under_way, lambda: [each for one in self.pollings for each in one.awaited])
        end_quietly_on_interrupt(self._on_interrupt)

    def _end(self) -> None:
        """Lets the threads end with the run; a process may go on, and run other programs."""
        self.interrupted.set()
        for threads in (self.threads, self.pollers, self.transfers):
            threads.shutdown(wait=False, cancel_futures=True)

    def _on_interrupt(self) -> str | None:
        self.interrupted.set()
        left = sum(each.left for each in self.pollings)
        if not left:
            return None
        go = "It goes" if left == 1 else "They go"
        waited = f"Interrupted while waiting for {counted(left, 'object')}."
        return f"{waited} {go} on in aiWARE: `pulumi up` resumes the waiting."


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
