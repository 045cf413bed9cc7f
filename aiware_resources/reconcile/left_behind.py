"""What an interrupted run left, told from what a later run has superseded.

An object that an interrupted ``create`` left is the newest that its resource made, and newer than what the resource
holds. All others had their time: going back to an earlier declaration makes a new object. What a destroy leaves in
aiWARE for good is noted where that can be: a TDO that stays loses its mark, and a job is noted on its TDO.

Times are aiWARE's own (`createdDateTime`), and are compared with each other only.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from aiware_resources.api import Api
from aiware_resources.reconcile.once import LOOKS, look_again, repeat_until_applied
from aiware_resources.reconcile.ownership import (
    LAUNCHED_KEY,
    LOOK_BACK,
    RELEASED_KEY,
    Mark,
    marked,
    marker_of,
    resource_of,
    turn,
)


class Dated(Protocol):
    """An object in aiWARE."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def created_date_time(self) -> datetime | None:
        """When it was created, by aiWARE's clock."""


R = TypeVar("R", bound=Dated)


class Earlier(Generic[R]):
    """What earlier runs made, listed once for each place to look in and then looked up by resource.

    A listing costs a request a page, and hundreds of creates in one run look into the same place.

    Args:
        carrier: The JSON object of a record that carries the mark.
    """

    def __init__(self, carrier: Callable[[R], Any]) -> None:
        self._carrier = carrier
        self._listed: dict[Hashable, list[R]] = {}
        self._by_mark: dict[tuple[Hashable, str], list[int]] = {}
        self._lock = threading.Lock()

    def left_behind(
        self,
        place: Hashable,
        listing: Callable[[], Iterable[R]],
        mark: Mark,
        held: Sequence[str],
        read: Callable[[Sequence[str]], Mapping[str, R]],
    ) -> R | None:
        """The object that an interrupted run left for the desired state of today, if there is one.

        Args:
            place: Where is looked; one listing serves all look-ups in the same place.
            listing: Lists what is there.
            mark: The mark of the resource.
            held: The objects that the state holds for the resource.
            read: Reads objects by id.
        """
        own = self.find(place, listing, mark)
        newest = latest(own)
        if newest is None or newest.id in held or not mark.is_on(self._carrier(newest)):
            return None
        there = {each.id: each for each in own}
        unlisted = [id_ for id_ in held if id_ not in there]
        there |= read(unlisted) if unlisted else {}
        return newest if all(is_later(newest, there.get(id_)) for id_ in held) else None

    def new_in(self, place: Hashable, records: Iterable[R]) -> Iterator[R]:
        """Those that were not there when this process first looked: an older one is nothing that it has created."""
        with self._lock:
            there = {each.id for each in self._listed.get(place, ())}
        return (each for each in records if each.id not in there)

    def find(self, place: Hashable, listing: Callable[[], Iterable[R]], mark: Mark) -> list[R]:
        """All that the resource has made there, in the order of the listing.

        What an earlier release made names no resource: it is known by its marker only.
        """
        with self._lock:
            if place not in self._listed:
                records = list(listing())
                for index, record in enumerate(records):
                    carrier = self._carrier(record)
                    for said in {resource_of(carrier), marker_of(carrier)} - {None}:
                        self._by_mark.setdefault((place, str(said)), []).append(index)
                self._listed[place] = records
            keys = {mark.resource, mark.marker, *mark.earlier}
            found = sorted({index for key in keys for index in self._by_mark.get((place, key), [])})
            return [self._listed[place][index] for index in found]


def latest(records: Iterable[R]) -> R | None:
    """The newest of these; the first of those that are equally new, or whose time aiWARE does not show."""
    return max(records, key=lambda each: each.created_date_time or datetime.min.replace(tzinfo=UTC), default=None)


def is_later(record: Dated, other: Dated | None) -> bool:
    """Whether an object is known to be newer than another one; one that aiWARE does not show may be newer still."""
    mine, theirs = record.created_date_time, None if other is None else other.created_date_time
    return mine is not None and theirs is not None and mine > theirs


def note_released(api: Api, tdo_id: str, records: Mapping[str, Dated]) -> None:
    """Notes on a TDO that jobs on it do not belong to the stack any more, so that no later run takes one.

    Args:
        api: Where the TDO is.
        tdo_id: The TDO; nothing is done when it is gone, or has no room for a note.
        records: The newest of the jobs of each resource, by its hash.
    """
    notes = {
        resource: f"{record.created_date_time.isoformat()} {record.id}"
        for resource, record in records.items()
        if record.created_date_time is not None
    }
    _note(api, tdo_id, RELEASED_KEY, notes)


def is_released(details: Any, resource: Sequence[str], record: Dated) -> bool:
    """Whether the details of a TDO say of a job on it that it, or a later one of the same resource, was left.

    Args:
        details: The details.
        resource: The hashes of the resource.
        record: The job.
    """
    there, created = _notes(details, RELEASED_KEY), record.created_date_time
    notes = [there[each] for each in resource if each in there]
    return any(note.partition(" ")[2] == record.id or created is None or created < _moment(note) for note in notes)


def note_launched(api: Api, tdo_id: str, mark: Mark, job_id: str, created: str, *, owns_tdo: bool) -> bool:
    """Notes on a TDO which job on it a resource has made, where the job itself has no room for a mark.

    Args:
        api: Where the TDO is.
        tdo_id: The TDO, which was perhaps made just now; nothing is done when it is gone, or has no room for a note.
        mark: The mark of the resource.
        job_id: The job.
        created: When it was created, by aiWARE's clock.
        owns_tdo: Whether the job has made the TDO, which carries the mark then, too.

    Returns:
        Whether it is noted.
    """
    notes = {mark.resource: f"{created} {job_id} {mark.marker}"}
    return _note(api, tdo_id, LAUNCHED_KEY, notes, marked({}, mark) if owns_tdo else {}, looks=LOOKS)


def launched_on(details: Any, mark: Mark) -> str | None:
    """The job that the details of a TDO name as the newest of a resource, if that was for the same desired state."""
    _, job_id, marker = [*_notes(details, LAUNCHED_KEY).get(mark.resource, "").split(" "), "", "", ""][:3]
    return job_id if marker in {mark.marker, *mark.earlier} else None


def _note(
    api: Api,
    tdo_id: str,
    key: str,
    notes: Mapping[str, str],
    more: Mapping[str, Any] = MappingProxyType({}),
    *,
    looks: int = 0,
) -> bool:
    """Adds notes to those under a key of a TDO's details, and takes out those that are too old to matter.

    Returns:
        Whether they are there now.
    """
    if not notes:
        return True
    with turn(("notes", tdo_id)):
        tdo = look_again(lambda: api.tdos([tdo_id]).get(tdo_id), looks=looks)
        if tdo is None or not isinstance(tdo.details, dict | None):
            # Details that are not an object belong to somebody else as a whole.
            return False
        details = tdo.details or {}
        there = _notes(details, key)
        merged = {**there, **{name: max(note, there.get(name, note), key=_moment) for name, note in notes.items()}}
        oldest = max(_moment(each) for each in merged.values()) - LOOK_BACK
        kept = {resource: note for resource, note in merged.items() if _moment(note) >= oldest}
        wanted = {**details, **more, key: kept}
        if wanted != details:
            repeat_until_applied(lambda: api.update_tdo({"id": tdo_id, "details": wanted}), lambda: False)
    return True


def _notes(details: Any, key: str) -> dict[str, str]:
    """The notes that can be read: others may have written anything there."""
    notes = details.get(key) if isinstance(details, dict) else None
    found = notes.items() if isinstance(notes, dict) else ()
    return {str(name): note for name, note in found if isinstance(note, str) and _moment(note) != _NEVER}


_NEVER = datetime.min.replace(tzinfo=UTC)


def _moment(note: str) -> datetime:
    try:
        moment = datetime.fromisoformat(note.partition(" ")[0])
    except ValueError:
        return _NEVER
    return moment if moment.tzinfo is not None else _NEVER
