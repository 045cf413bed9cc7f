"""Entities that aiWARE knows by their names: one name, one object."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Iterable
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from aiware_resources.errors import AdoptionError, AlreadyExists
from aiware_resources.reconcile.entity import Props
from aiware_resources.reconcile.holders import owned
from aiware_resources.reconcile.ownership import Mark, marker_in
from aiware_resources.reconcile.provider import EntityProvider, Made
from aiware_resources.reconcile.schema import Problem

log = logging.getLogger("aiware")


class NamedRecord(Protocol):
    """What aiWARE says of an object with a name, and the ownership marker among its tags."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def tags(self) -> list[str] | None:
        """Its tags."""

    @property
    def created_date_time(self) -> datetime | None:
        """When it was created."""


R = TypeVar("R", bound=NamedRecord)


class NamedProvider(EntityProvider, Generic[R]):
    """Reconciles objects that are known by their names."""

    @abstractmethod
    def named(self, name: str) -> list[R]:
        """The objects that hold this very name."""

    def called(self, props: Props) -> str | None:
        """The name, where it is known."""
        name = props.get("name")
        return name if isinstance(name, str) else None

    def deletes_before_replace(self, olds: Props, news: Props) -> bool | None:
        """An object that keeps its name makes room for its successor."""
        return olds.get("name") == news.get("name")

    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        """By exact name, and by the marker among the tags.

        A replacement that Pulumi makes before it deletes (``--replace``, ``state taint``) finds the object that it
        takes the place of: that one is deleted first, since its name is taken.

        Raises:
            AlreadyExists: When an object of this name was there before the stack asked for one.
        """
        own = self.holder(props)
        for record in self.named(props["name"]):
            is_marked = mark is not None and mark.is_among(record.tags)
            replaced = owned.own_holder(record.id, own)
            if replaced is not None and not lost:
                self._make_room(record.id, props, replaced.policy)
            elif is_marked and owned.claim(record.id):
                return Made(record.id)
            elif lost and mark is None and _is_since(record, since) and owned.claim(record.id):
                return Made(record.id, certain=False)
            elif not lost:
                raise self._already_there(record, props)
        return None

    def held_already(self, olds: Props, news: Props) -> Iterable[Problem]:
        """As for every entity; another resource of the stack may hold the name as well."""
        yield from super().held_already(olds, news)
        own, called = self.holder(news), self.called(news)
        found = owned.other_called(self.type_name, called, own, self.holder(olds)) if called and not olds else None
        if found is not None and news.get("adopt") in {None, True}:
            key = "name" if news.get("adopt") is None else "adopt"
            yield Problem((key,), f"names {self.held_by(*found, own)}")

    def adoptable_id(self, props: Props) -> str:
        """The id given, or with ``adopt=True`` that of the one object with exactly this name.

        Raises:
            AdoptionError: When there is none, or more than one.
        """
        if props["adopt"] is not True:
            return str(props["adopt"])
        found = [record.id for record in self.named(props["name"])]
        if len(found) != 1:
            raise AdoptionError(
                f'{len(found) or "No"} {self.kind}s are called "{props["name"]}"'
                f"{': ' + ', '.join(found) if found else ', so there is nothing to adopt'}.",
                remedy=f"Give adopt= the id of the one you mean, or leave it away to create a {self.kind}.",
            )
        return found[0]

    def _make_room(self, object_id: str, props: Props, policy: str) -> None:
        if policy != "delete":
            raise AlreadyExists(
                f'{self.kind} {object_id} cannot be replaced by another one of its name, "{props["name"]}": its '
                "on_destroy leaves it in aiWARE.",
                remedy=f'Give the {self.kind} another name, or run `pulumi up` with on_destroy="delete" once before.',
                object_id=object_id,
            )
        log.warning("%s %s is deleted first: the one that replaces it has the same name", self.kind, object_id)
        self.remove(object_id, props, policy)

    def _already_there(self, record: R, props: Props) -> AlreadyExists:
        own = self.holder(props)
        holder = owned.other_holder(record.id, own)
        if holder is not None:
            remedy = f"{holder.urn} of this stack holds it. {holder.how_to_rename(own)}"
        elif marker_in(record.tags) is not None:
            remedy = (
                "A stack has made it, and may hold it still. If that is a resource of this stack, rename that by an "
                "alias (opts=pulumi.ResourceOptions(aliases=[...])) or `pulumi state rename`; otherwise choose another "
                "name."
            )
        else:
            remedy = (
                f'To manage it with this stack, give adopt="{record.id}" or adopt=True; otherwise choose another name.'
            )
        return AlreadyExists(
            f'{self.kind} {record.id} is called "{props["name"]}" already.', remedy=remedy, object_id=record.id
        )


def _is_since(record: NamedRecord, moment: datetime) -> bool:
    return record.created_date_time is None or record.created_date_time >= moment
