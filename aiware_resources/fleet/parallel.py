"""Doing the same for thousands of things, a few at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import TypeVar

from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.errors import AiwareError, NotFound

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


_AHEAD = 64
"""So many items for each that is worked on are handed out before the first of them is done: each needs a kilobyte."""


def in_parallel(work: Callable[[V], R], items: Iterable[V], at_a_time: int) -> Iterator[R]:
    """Does something with each item, so many at a time, and gives the results in the items' order."""
    handed_out: deque[Future[R]] = deque()
    with DaemonThreads(at_a_time, "aiware-fleet") as pool:
        try:
            for item in items:
                handed_out.append(pool.submit(work, item))
                if len(handed_out) == _AHEAD * at_a_time:
                    yield handed_out.popleft().result()
            while handed_out:
                yield handed_out.popleft().result()
        finally:
            # After an error nothing more is begun.
            for future in handed_out:
                future.cancel()


def troubles(work: Callable[[V], object], items: Mapping[K, V], at_a_time: int) -> dict[K, str]:
    """Does something with each item; what is gone already is not a problem.

    Returns:
        The reason for each item with which it could not be done, by key.
    """

    def attempt(item: tuple[K, V]) -> tuple[K, str | None]:
        key, value = item
        try:
            work(value)
        except NotFound:
            return key, None
        except AiwareError as error:
            return key, first_line(error)
        return key, None

    return {key: reason for key, reason in in_parallel(attempt, items.items(), at_a_time) if reason is not None}


def first_line(error: AiwareError) -> str:
    """An error in one line."""
    return str(error).splitlines()[0]
