"""Ctrl-C, for what is started in a shell's background."""

from __future__ import annotations

import signal


def heed_interrupts() -> None:
    """Lets this process and what it starts be interrupted, which a shell prevents in what it runs in the background.

    Pulumi ends its plugins by an interrupt, and waits five seconds for each that ignores it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
