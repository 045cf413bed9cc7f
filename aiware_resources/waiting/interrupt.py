"""Being interrupted: by Ctrl-C, or by the engine, which interrupts the program when something else has failed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable

import grpc
import pulumi


def end_quietly_on_interrupt(hint: Callable[[], str | None]) -> None:
    """Ends the program at once when it is interrupted, with a hint instead of Python's traceback.

    Args:
        hint: What to say, if anything.
    """

    def interrupted() -> None:
        message = hint()
        if message:
            # The engine may be gone already, and then there is nobody to tell.
            with contextlib.suppress(grpc.RpcError):
                pulumi.log.warn(message)
        raise SystemExit(1)

    # Windows has no signal handlers in event loops; there the traceback stays.
    with contextlib.suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, interrupted)
