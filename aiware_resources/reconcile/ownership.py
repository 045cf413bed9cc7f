"""Whose is an object in aiWARE?

The API has no idempotency key. A create that was killed, or whose answer was lost, may have been applied all the same,
so a second attempt looks for what the first one made. A short marker that travels with the object tells the second
attempt of one resource from a second, equal resource; a register of the ids that this process has met in the state
keeps an object from being taken twice. Where no marker goes along, equal creates go one after another, and an object
is known by its content and by having been created since.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from aiware_resources.api import Api, learned_from
from aiware_resources.reconcile.backend import state_identity
from aiware_resources.reconcile.schema import Schema

R = TypeVar("R")

OWNER_KEY = "__owner"
"""The property that carries ``project/stack/name`` to the provider; hidden from displays."""

MARKER_KEY = "pulumiMarker"
"""The key of the marker in a TDO's details and a job's jobConfig, and the beginning of a cluster's tag."""

LOOK_BACK = timedelta(days=7)
"""How old an object may be and still count as what an earlier, interrupted attempt made."""

UNKNOWN_CLOCK = timedelta(days=31)
"""How far this machine's clock may be wrong where the server does not tell the time."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far apart clocks may be: of this machine and the server, or of the server's own parts."""

MARGIN = timedelta(seconds=2)
"""How well the server's clock is known from its answers."""


def marker(schema: Schema, props: Mapping[str, Any], apart: frozenset[str]) -> str:
    """The ownership marker of a resource: a hash of state, project, stack, name and desired properties.

    Args:
        schema: The entity's properties.
        props: The resource's properties.
        apart: Properties that are no part of it: secrets, and those that say how this library treats the object.
    """
    return markers(schema, props, apart)[0]


def markers(schema: Schema, props: Mapping[str, Any], apart: frozenset[str]) -> list[str]:
    """The marker of a resource, and those that earlier releases gave it, as far as they differ; as for `marker`."""
    forms = (schema.normal(props), *schema.earlier_forms(props))
    return list(dict.fromkeys(_marker(props, form, apart) for form in forms))


def _marker(props: Mapping[str, Any], normal: Mapping[str, Any], apart: frozenset[str]) -> str:
    desired = {key: value for key, value in normal.items() if key not in apart}
    content = json.dumps([state_identity(), props.get(OWNER_KEY), desired], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def created_since(api: Api, started: datetime, *, is_marked: bool) -> datetime:
    """From when on an object may be what was asked for at a moment, by the clock of the server.

    With a marker, early is good enough. Without one, what somebody else made shortly before must not be taken for it.

    Args:
        api: The API of the server.
        started: The moment by this machine's clock.
        is_marked: Whether the object carries a marker.
    """
    known = learned_from(api, started)
    if known is None:
        return started - (UNKNOWN_CLOCK if is_marked else CLOCK_SKEW)
    return known - (CLOCK_SKEW if is_marked else MARGIN)


def left_since(api: Api, now: datetime) -> datetime:
    """From when on an object may be what an interrupted run has left, by the clock of the server.

    Args:
        api: The API of the server.
        now: The present by this machine's clock.
    """
    known = learned_from(api, now)
    return now - LOOK_BACK - UNKNOWN_CLOCK if known is None else known - LOOK_BACK


_turns: dict[Hashable, threading.Lock] = {}
_turns_lock = threading.Lock()


def turn(alike: Hashable | None) -> AbstractContextManager[Any]:
    """Lets the threads of this process create what cannot be told apart one after another.

    Args:
        alike: What such objects have in common; ``None`` for an object that can be told from every other.
    """
    if alike is None:
        return nullcontext()
    with _turns_lock:
        return _turns.setdefault(alike, threading.Lock())


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


def with_marker(tags: Iterable[str] | None, mark: str | None) -> list[str]:
    """Adds a marker to tags, which are where a cluster has room for one."""
    return [*(tags or []), *([] if mark is None else [f"{MARKER_KEY}:{mark}"])]


def without_marker(tags: Iterable[str] | None) -> list[str] | None:
    """The tags without a marker, which is never drift."""
    return None if tags is None else [tag for tag in tags if not tag.startswith(f"{MARKER_KEY}:")]


def marker_in(tags: Iterable[str] | None) -> str | None:
    """The marker among tags, if there is one."""
    found = (tag.removeprefix(f"{MARKER_KEY}:") for tag in tags or [] if tag.startswith(f"{MARKER_KEY}:"))
    return next(found, None)


class Owned:
    """The ids that this provider process has met in the state or made in this run."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._lock = threading.Lock()

    def add(self, object_id: str) -> None:
        """Notes that a resource of the stack holds this object."""
        with self._lock:
            self._ids.add(object_id)

    def discard(self, object_id: str) -> None:
        """Notes that no resource of the stack holds this object any more."""
        with self._lock:
            self._ids.discard(object_id)

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
