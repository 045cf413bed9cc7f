"""Reading many objects of an API that reads one at a time, so that a slow one holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import Generic, TypeVar

from aiware_resources import errors
from aiware_resources.api.daemon_threads import DaemonThreads
from aiware_resources.api.interface import Unread

T = TypeVar("T")

AT_ONCE = 8
"""How many objects are asked about at the same time."""

STRAGGLERS = 2.0
"""Seconds to wait for the next answer once others have come."""

_OF_ALL = (errors.AuthenticationFailed, errors.NotSent, errors.RateLimited)
"""What concerns all objects equally."""


class SideBySide(Generic[T]):
    """Reads objects at the same time, each by a request of its own. Thread-safe.

    What has not come in time counts as unread, goes on, and is taken by the next read of the same object.

    Args:
        read: Reads one object; None when it is not known.
        longest: Seconds to wait for the first answer.
    """

    def __init__(self, read: Callable[[str], T | None], longest: float) -> None:
        self._read_one = read
        self._longest = longest
        self._under_way: dict[str, Future[T | None]] = {}
        self._lock = threading.Lock()

    def read(self, ids: Iterable[str], unread: Unread) -> dict[str, T]:
        """Reads objects.

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The objects by id; missing ones are left out.

        Raises:
            ApiError: What concerns all of them, where nothing came.
        """
        asked = self._ask(list(dict.fromkeys(ids)))
        pending, patience = set(asked.values()), self._longest
        while pending:
            done, pending = wait(pending, patience, FIRST_COMPLETED)
            if not done:
                break
            patience = min(self._longest, STRAGGLERS)
        return self._taken(asked, unread)

    def _ask(self, ids: list[str]) -> dict[str, Future[T | None]]:
        with self._lock:
            new = [id_ for id_ in ids if id_ not in self._under_way]
            if new:
                threads = DaemonThreads(min(AT_ONCE, len(new)), "aiware-edge")
                self._under_way |= {id_: threads.submit(self._read_one, id_) for id_ in new}
                # Takes nothing more, and ends when all have been read.
                threads.shutdown(wait=False)
            return {id_: self._under_way[id_] for id_ in ids}

    def _taken(self, asked: dict[str, Future[T | None]], unread: Unread) -> dict[str, T]:
        found: dict[str, T] = {}
        troubles: Unread = {}
        for id_, future in asked.items():
            # One that waits for its turn behind slow ones gives it up; the next read asks about it first of all.
            if not future.done() and not future.cancel():
                troubles[id_] = _late(id_)
                continue
            with self._lock:
                self._under_way.pop(id_, None)
            try:
                record = future.result()
            except CancelledError:
                troubles[id_] = _late(id_)
            except errors.ApiError as error:
                troubles[id_] = error
            else:
                if record is not None:
                    found[id_] = record
        common = next((each for each in troubles.values() if isinstance(each, _OF_ALL)), None)
        if common is not None and len(troubles) == len(asked):
            raise common
        unread |= troubles
        return found


def _late(id_: str) -> errors.ServerFailure:
    return errors.ServerFailure(
        f"aiWARE Edge has not answered yet about {id_}.",
        remedy="The fault is on aiWARE's side: see the log of the installation.",
        object_id=id_,
    )
