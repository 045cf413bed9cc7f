"""Objects in aiWARE that no stack of the backend owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiware_resources.api import Api
from aiware_resources.fleet.entries import recorded_entries
from aiware_resources.fleet.update import left_entries
from aiware_resources.jobs.outputs import TARGET_TDO
from aiware_resources.reconcile import marker_of
from aiware_resources.report.kinds import kind_of


@dataclass(frozen=True)
class Unmanaged:
    """An object that no stack owns.

    Attributes:
        noun: What it is: ``cluster`` or ``TDO``.
        id: Its id.
        name: Its name; empty when it has none.
        created: When it was created, where aiWARE says so.
        is_ours: Whether this library made it: it carries an ownership marker, so a stack somewhere lost it, or another
            backend has it.
    """

    noun: str
    id: str
    name: str
    created: datetime | None
    is_ours: bool = False


def owned_ids(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The ids of all objects that a stack's state holds: its resources, and the TDOs that its jobs made."""
    for resource in resources:
        if resource.get("id"):
            yield str(resource["id"])
        outputs = resource.get("outputs") or {}
        if outputs.get(TARGET_TDO):
            yield str(outputs[TARGET_TDO])
        if kind_of(str(resource.get("type"))).is_fleet:
            entries = [*recorded_entries(outputs).values(), *left_entries(outputs)]
            yield from (entry.target_id for entry in entries if entry.target_id)


def unmanaged(api: Api, owned: frozenset[str]) -> list[Unmanaged]:
    """The clusters and TDOs that are none of the owned ones (queries ``clusters`` and ``temporalDataObjects``).

    Args:
        api: Where to look.
        owned: The ids of what stacks own.
    """
    clusters = (
        Unmanaged("cluster", each.id, each.name or "", each.created_date_time)
        for each in api.all_clusters()
        if each.id not in owned and each.deleted_date_time is None
    )
    tdos = (
        Unmanaged("TDO", each.id, each.name or "", each.created_date_time, marker_of(each.details) is not None)
        for each in api.find_tdos()
        if each.id not in owned
    )
    return [*clusters, *tdos]
