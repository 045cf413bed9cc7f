"""Whose is an object in aiWARE?

The API has no idempotency key. A create that was killed, or whose answer was lost, may have been applied all the same,
so a second attempt looks for what the first one made. A short marker that travels with the object tells the second
attempt of one resource from a second, equal resource; a register of the ids that this process has met in the state
keeps an object from being taken twice.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Generic, TypeVar

from aiware_resources.reconcile.schema import Schema

R = TypeVar("R")

OWNER_KEY = "__owner"
"""The property that carries ``project/stack/name`` to the provider; hidden from displays."""

MARKER_KEY = "pulumiMarker"
"""The key of the marker in a TDO's details and a job's jobConfig."""

LOOK_BACK = timedelta(days=7)
"""How old an object may be and still count as what an earlier, interrupted attempt made."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far apart the clocks of this machine and the server may be."""


def marker(schema: Schema, props: Mapping[str, Any], policies: frozenset[str]) -> str:
    """The ownership marker of a resource: a hash of project, stack, name and desired state.

    Args:
        schema: The entity's properties.
        props: The resource's properties.
        policies: Properties that say how this library treats the object, and so are no part of what is desired.
    """
    desired = {key: value for key, value in schema.normal(props).items() if key not in policies}
    content = json.dumps([props.get(OWNER_KEY), desired], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def marked(value: Any, mark: str | None) -> Any:
    """Adds a marker to a JSON object; a value that is no object, or no marker, changes nothing."""
    if mark is None or not (value is None or isinstance(value, dict)):
        return value
    return {**(value or {}), MARKER_KEY: mark}


def unmarked(value: Any) -> Any:
    """The JSON object without its marker, which is never drift."""
    if not isinstance(value, dict) or MARKER_KEY not in value:
        return value
    return {key: item for key, item in value.items() if key != MARKER_KEY}


def marker_of(value: Any) -> str | None:
    """The marker that a JSON object carries, if any."""
    mark = value.get(MARKER_KEY) if isinstance(value, dict) else None
    return mark if isinstance(mark, str) else None


class Owned:
    """The ids that this provider process has met in the state or made in this run."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._lock = threading.Lock()

    def add(self, object_id: str) -> None:
        """Notes that a resource of the stack holds this object."""
        with self._lock:
            self._ids.add(object_id)

    def has(self, object_id: str) -> bool:
        """Whether a resource of the stack holds this object."""
        with self._lock:
            return object_id in self._ids

    def claim(self, object_id: str) -> bool:
        """Takes an object for a resource.

        Returns:
            Whether it was free; of two threads that ask for the same one, one gets it.
        """
        with self._lock:
            free = object_id not in self._ids
            self._ids.add(object_id)
            return free


owned = Owned()
"""The register of this process. The engine starts a provider process for each operation and reads the state's objects
in it first, so the register knows them before anything is created."""


class Earlier(Generic[R]):
    """What earlier attempts made, listed once for each place to look in and then looked up by marker.

    A listing costs a request a page, and hundreds of creates in one run look into the same place.
    """

    def __init__(self, marker_of_record: Callable[[R], str | None]) -> None:
        self._marker_of_record = marker_of_record
        self._listed: dict[Hashable, dict[str, list[R]]] = {}
        self._lock = threading.Lock()

    def find(self, place: Hashable, listing: Callable[[], Iterable[R]], mark: str) -> list[R]:
        """The objects with this marker, newest first as listed.

        Args:
            place: Where is looked; one listing serves all look-ups in the same place.
            listing: Lists what is there.
            mark: The marker.
        """
        with self._lock:
            if place not in self._listed:
                self._listed[place] = self._by_marker(listing())
            return self._listed[place].get(mark, [])

    def _by_marker(self, records: Iterable[R]) -> dict[str, list[R]]:
        found: dict[str, list[R]] = {}
        for record in records:
            mark = self._marker_of_record(record)
            if mark is not None:
                found.setdefault(mark, []).append(record)
        return found
