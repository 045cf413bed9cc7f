"""A provider process does not outlive its engine.

When an engine is killed, its provider processes live on. What they went on to create nobody would record, and the next
run, which may have begun already, would create it too. So they end at once; what they were creating is found by its
marker.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from functools import cache

_HOST = "pulumi.dynamic.__main__"
"""The module that a provider process runs."""


@cache
def end_with_engine() -> None:
    """Ends this process, if it is a provider process, as soon as its engine is gone.

    While the engine lives, it holds the other end of this process's standard output, a pipe. Windows cannot tell.
    """
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is not None and spec.name == _HOST and hasattr(select, "poll") and sys.__stdout__ is not None:
        threading.Thread(target=_wait, args=(sys.__stdout__.fileno(),), name="aiware-lifeline", daemon=True).start()


def _wait(pipe: int) -> None:
    poll = select.poll()
    poll.register(pipe, 0)
    while not any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll()):
        continue
    # Nobody is there to be told, and threads that wait for an answer would hold up an orderly end.
    os._exit(1)
