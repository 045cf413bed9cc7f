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
from collections.abc import Hashable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from aiware_resources.api import Api, learned_from
from aiware_resources.reconcile.backend import earlier_identity, state_identity
from aiware_resources.reconcile.holders import OWNER_KEY, Holder
from aiware_resources.reconcile.schema import Schema

MARKER_KEY = "pulumiMarker"
"""The key of the marker in a TDO's details and a job's jobConfig, and the beginning of a cluster's tag."""

RESOURCE_KEY = "pulumiResource"
"""The key beside it that names the resource, whatever its desired state."""

RELEASED_KEY = "pulumiReleased"
"""The key in a TDO's details under which jobs are noted that a destroy left: by resource, time and id of the newest."""

LAUNCHED_KEY = "pulumiLaunched"
"""The key there for jobs that have no room for a mark: by resource, time, id and marker of the newest."""

OWN_KEYS = frozenset({MARKER_KEY, RESOURCE_KEY, RELEASED_KEY, LAUNCHED_KEY})
"""What this library writes into JSON objects that belong to others as well."""

LOOK_BACK = timedelta(days=7)
"""How old an object may be and still count as what an earlier, interrupted attempt made."""

UNKNOWN_CLOCK = timedelta(days=31)
"""How far this machine's clock may be wrong where the server does not show the time."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far apart clocks may be: of this machine and the server, or of the server's own parts."""

MARGIN = timedelta(seconds=2)
"""How well the server's clock is known from its answers."""


@dataclass(frozen=True)
class Mark:
    """What a resource writes on the objects that it makes, and knows them by.

    Attributes:
        marker: A hash of state, project, stack, resource name and desired state.
        resource: A hash of the same without the desired state: all objects that the resource ever made have it.
        earlier: What earlier releases wrote: markers for the same desired state, and hashes of the resource.
    """

    marker: str
    resource: str
    earlier: frozenset[str] = frozenset()

    def is_on(self, value: Any) -> bool:
        """Whether a JSON object carries the marker."""
        return marker_of(value) in {self.marker, *self.earlier}

    def is_among(self, tags: Iterable[str] | None) -> bool:
        """Whether the marker is among tags."""
        return marker_in(tags) in {self.marker, *self.earlier}


def resource_hash(holder: Holder, *more: str) -> str:
    """Names a resource, or with ``more`` a part of one, to aiWARE: 16 hexadecimal digits."""
    return _resource_hash(state_identity(), holder, *more)


def earlier_hashes(holder: Holder, *more: str) -> list[str]:
    """The hash by which earlier releases named a resource, or a part of one, where it was another one."""
    identity = earlier_identity()
    return [] if identity is None else [_resource_hash(identity, holder, *more)]


def resource_hashes(holder: Holder) -> list[str]:
    """The hash of a resource, those of earlier releases, and the ones before it was moved into a component.

    What a state holds of a resource tells of the component only after the resource has changed.
    """
    holders = (holder, replace(holder, parent=""))
    return list(dict.fromkeys(said for each in holders for said in (resource_hash(each), *earlier_hashes(each))))


def _resource_hash(identity: str, holder: Holder, *more: str) -> str:
    content = json.dumps([identity, holder.type_name, holder.parent, holder.owner, *more])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def marker(schema: Schema, props: Mapping[str, Any], apart: frozenset[str]) -> str:
    """The ownership marker of a resource: a hash of state, project, stack, name and desired properties.

    Args:
        schema: The entity's properties.
        props: The resource's properties.
        apart: Properties that are not a part of it: secrets, and those that say how this library treats the object.
    """
    return markers(schema, props, apart)[0]


def markers(schema: Schema, props: Mapping[str, Any], apart: frozenset[str]) -> list[str]:
    """The marker of a resource, and those that earlier releases gave it, as far as they differ; as for `marker`."""
    forms = (schema.normal(props), *schema.earlier_forms(props))
    identities = [each for each in (state_identity(), earlier_identity()) if each is not None]
    return list(dict.fromkeys(_marker(each, props, form, apart) for each in identities for form in forms))


def _marker(identity: str, props: Mapping[str, Any], normal: Mapping[str, Any], apart: frozenset[str]) -> str:
    desired = {key: value for key, value in normal.items() if key not in apart}
    content = json.dumps([identity, props.get(OWNER_KEY), desired], sort_keys=True, default=str)
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
    """Lets the threads of this process create what cannot be distinguished one after another.

    Args:
        alike: What such objects have in common; ``None`` for an object that can be told from every other.
    """
    if alike is None:
        return nullcontext()
    with _turns_lock:
        return _turns.setdefault(alike, threading.Lock())


def marked(value: Any, mark: Mark | str | None) -> Any:
    """Writes a mark, or a bare marker, on a JSON object; a value that is not an object, or no mark, changes nothing."""
    if mark is None or not (value is None or isinstance(value, dict)):
        return value
    written = {MARKER_KEY: mark} if isinstance(mark, str) else {MARKER_KEY: mark.marker, RESOURCE_KEY: mark.resource}
    return {**(value or {}), **written}


def unmarked(value: Any) -> Any:
    """The JSON object without what this library has written into it, which is never drift."""
    if not isinstance(value, dict) or not OWN_KEYS & value.keys():
        return value
    return {key: item for key, item in value.items() if key not in OWN_KEYS}


def without_mark(value: dict[str, Any]) -> dict[str, Any]:
    """The JSON object without a resource's mark; notes about others stay."""
    return {key: item for key, item in value.items() if key not in {MARKER_KEY, RESOURCE_KEY}}


def marker_of(value: Any) -> str | None:
    """The marker that a JSON object carries, if any."""
    return _text_at(value, MARKER_KEY)


def resource_of(value: Any) -> str | None:
    """The resource that made the object which carries this JSON object, as far as it says so."""
    return _text_at(value, RESOURCE_KEY)


def _text_at(value: Any, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


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
