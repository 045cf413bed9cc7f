"""What belongs to one run of a program, and ends with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def of_run(make: Callable[[], T]) -> T:
    """Gives something of the running program: made when it is asked for first, the same one afterwards.

    Pulumi's Automation API runs several programs in one process, one after another and side by side. Each has an event
    loop of its own, so that is what holds the things of a run.

    Args:
        make: Makes it, and tells it from the other things of the run.
    """
    things: dict[Callable[[], Any], Any] = vars(asyncio.get_running_loop()).setdefault("_aiware_run", {})
    if make not in things:
        things[make] = make()
    found: T = things[make]
    return found
