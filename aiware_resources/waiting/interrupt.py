"""Being interrupted: by Ctrl-C, or by the engine, which interrupts the program when something else has failed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable

import grpc
import pulumi

_PATIENCE = 2.0
"""Seconds in which threads may come to an end; one may be waiting for an answer, or for its turn."""


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
            # The engine may be gone already, and then there is nobody to tell.
            with contextlib.suppress(grpc.RpcError):
                pulumi.log.warn(message)
        _end_within(_PATIENCE)
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
