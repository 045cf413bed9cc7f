"""Which resource of the state holds an object, as far as this provider process has met them.

The engine starts a provider process for each operation. Before anything is created, it reads the state's objects there
(`refresh: always`), or at least compares those that the program declares. An object belongs to one resource: what
another one holds is neither taken nor adopted, and is not deleted as long as it is held.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

OWNER_KEY = "__owner"
"""The property that carries ``project/stack/name`` to the provider; hidden from displays."""

PARENT_KEY = "__parent"
"""The property that carries the types of the component that a resource is in, as its URN has them; also hidden."""

PROVIDER_NAME = "__connection"
"""The property that carries the name of a resource's explicit provider; also hidden. Without one, it is the stack's."""


@dataclass(frozen=True)
class Holder:
    """A resource.

    Attributes:
        type_name: Its type, such as ``aiware:Job``.
        owner: ``project/stack/name``.
        parent: The types of the component that it is in; empty for none, and in a state of an earlier release.
        called: The name of its object in aiWARE, where objects are known by that.
        policy: What happens to the object when the resource is destroyed.
    """

    type_name: str
    owner: str
    parent: str = ""
    called: str | None = field(default=None, compare=False)
    policy: str = field(default="", compare=False)

    @staticmethod
    def of(type_name: str, props: Mapping[str, Any], *, called: str | None = None, policy: str = "") -> Holder:
        """The resource that has these properties."""
        parent = props.get(PARENT_KEY)
        return Holder(type_name, str(props.get(OWNER_KEY)), parent if isinstance(parent, str) else "", called, policy)

    @property
    def family(self) -> str:
        """What the resource holds: jobs are held by several types."""
        return "job" if "Job" in self.type_name else self.type_name

    @property
    def stack(self) -> str | None:
        """The name of its stack; ``None`` when it is not known."""
        return self.owner.split("/", 2)[1] if self.owner.count("/") > 1 else None

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.owner.split("/", 2)[-1]

    @property
    def urn(self) -> str:
        """Its URN."""
        project, stack, name = [*self.owner.split("/", 2), "", ""][:3]
        above = f"{self.parent}$" if self.parent else ""
        return f"urn:pulumi:{stack}::{project}::{above}pulumi-python:dynamic/{self.type_name}::{name}"

    def may_be(self, other: Holder) -> bool:
        """Whether both may be one resource: a state of an earlier release does not show the component."""
        same_parent = self.parent == other.parent or not (self.parent and other.parent)
        return (self.type_name, self.owner) == (other.type_name, other.owner) and same_parent

    def how_to_rename(self, new: Holder) -> str:
        """What to do where the program calls this resource by another name now."""
        if self.type_name != new.type_name:
            return "Use that resource, or take it out of the stack with `pulumi state delete` first."
        return (
            f'To rename that resource, give this one opts=pulumi.ResourceOptions(aliases=["{self.urn}"]) and leave '
            f"adopt= out, or run `pulumi state rename '{self.urn}' {new.name}` first."
        )


class Owned:
    """The objects that this provider process has met in the state, or that were made in this run."""

    def __init__(self) -> None:
        self._holders: dict[str, list[Holder]] = {}
        # What a resource has held at any time in this run: each creation and deletion asks for it, among thousands.
        self._ever: dict[tuple[str, str], dict[str, None]] = {}
        self._taken_over: set[tuple[str, str]] = set()
        self._made: set[str] = set()
        self._renamed: dict[str, list[tuple[Holder, Holder]]] = {}
        self._lock = threading.Lock()

    def add(self, object_id: str, holder: Holder | None = None) -> None:
        """Notes that a resource of the stack holds this object."""
        with self._lock:
            holders = self._holders.setdefault(object_id, [])
            if holder is not None:
                self._holders[object_id] = [*(each for each in holders if not each.may_be(holder)), holder]
                self._ever.setdefault((holder.type_name, holder.owner), {})[object_id] = None

    def has(self, object_id: str) -> bool:
        """Whether a resource of the stack holds this object, or held it in this run."""
        with self._lock:
            return object_id in self._holders

    def claim(self, object_id: str) -> bool:
        """Takes an object for a resource.

        Returns:
            Whether it was free; of two threads that ask for the same one, one gets it.
        """
        with self._lock:
            free = object_id not in self._holders
            self._holders.setdefault(object_id, [])
            return free

    def take_over(self, object_id: str, holder: Holder) -> None:
        """Notes that a resource was created by taking an object that was there: nothing in this run may delete it."""
        self.add(object_id, holder)
        with self._lock:
            self._taken_over.add((holder.family, object_id))

    def make(self, object_id: str, holder: Holder) -> None:
        """Notes that a resource was created in this run, and holds this object."""
        self.add(object_id, holder)
        with self._lock:
            self._made.add(object_id)

    def release(self, object_id: str, holder: Holder) -> None:
        """Notes that a resource does not hold this object any more; no other resource of this run takes it."""
        with self._lock:
            own = self._names(object_id, holder)
            kept = [each for each in self._holders.get(object_id, []) if not any(map(each.may_be, own))]
            self._holders[object_id] = kept

    def discard(self, object_id: str) -> None:
        """Notes that no resource holds this object: a resource may take it, should it be there after all."""
        with self._lock:
            self._holders.pop(object_id, None)

    def renamed(self, object_id: str, before: Holder, now: Holder) -> None:
        """Notes what a resource is called now, which may have been called otherwise before (an alias)."""
        self.release(object_id, before)
        self.add(object_id, now)
        if before != now:
            with self._lock:
                self._renamed.setdefault(object_id, []).append((before, now))

    def held_by(self, holder: Holder) -> list[str]:
        """The objects of a resource."""
        with self._lock:
            ever = self._ever.get((holder.type_name, holder.owner), {})
            return [id_ for id_ in ever if any(each.may_be(holder) for each in self._holders.get(id_, []))]

    def made_by(self, holder: Holder) -> list[str]:
        """The objects of a resource that it was created with in this run."""
        return [object_id for object_id in self.held_by(holder) if object_id in self._made]

    def own_holder(self, object_id: str, holder: Holder) -> Holder | None:
        """This very resource, as it holds the object; ``None`` when it does not, or that is not certain."""
        with self._lock:
            return next((each for each in self._holders.get(object_id, []) if each == holder), None)

    def other_holder(self, object_id: str, *own: Holder) -> Holder | None:
        """A resource that holds this object and is none of these; ids of other kinds of objects may be the same."""
        with self._lock:
            alike = [each for each in self._holders.get(object_id, []) if each.family == own[0].family]
            return _other(alike, own)

    def other_called(self, type_name: str, called: str, *own: Holder) -> tuple[str, Holder] | None:
        """An object of this name, and the resource that holds it and is none of these."""
        with self._lock:
            for object_id, holders in self._holders.items():
                named = [each for each in holders if (each.type_name, each.called) == (type_name, called)]
                holder = _other(named, own)
                if holder is not None:
                    return object_id, holder
        return None

    def is_needed(self, object_id: str, holder: Holder) -> bool:
        """Whether an object has to stay although this resource is deleted: another one holds it, or took it over."""
        with self._lock:
            taken_over = (holder.family, object_id) in self._taken_over
            own = self._names(object_id, holder)
        return taken_over or self.other_holder(object_id, *own) is not None

    def _names(self, object_id: str, holder: Holder) -> list[Holder]:
        """A resource, as its object was recorded and as it is called now: a new name is not recorded by itself."""
        return [holder, *(now for before, now in self._renamed.get(object_id, []) if before.may_be(holder))]


def _other(holders: list[Holder], own: tuple[Holder, ...]) -> Holder | None:
    return next((each for each in holders if not any(each.may_be(mine) for mine in own)), None)


owned = Owned()
"""The register of this process."""
