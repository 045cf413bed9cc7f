"""Doing the same for thousands of things, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.errors import AiwareError, NotFound

K = TypeVar("K")
V = TypeVar("V")
R = TypeVar("R")


def in_parallel(work: Callable[[V], R], items: Iterable[V], at_a_time: int) -> Iterator[R]:
    """Does something with each item, so many at a time, and gives the results in the items' order."""
    with DaemonThreads(at_a_time, "aiware-fleet") as pool:
        yield from pool.map(work, items)


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
