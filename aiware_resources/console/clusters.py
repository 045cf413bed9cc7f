"""The page that lists clusters."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Depends

from aiware_resources.api import ClusterRecord
from aiware_resources.console.frame import Console, framed, page
from aiware_resources.console.listing import Kind, Listing
from aiware_resources.console.places import Place
from aiware_resources.console.table import Column, Row, link, status, text, when
from aiware_resources.report.run.words import size

_NAMED = 3
"""So many engines of a cluster are named."""


def add(console: Console) -> None:
    """Adds the page."""

    @page("/{place}/clusters")
    async def clusters(where: Place = Depends(console.place), search: str = "") -> None:
        with framed(console, where, "clusters", "Clusters") as frame:
            await Listing(frame, CLUSTERS, search).make()


def _row(cluster: ClusterRecord, address: Callable[..., str]) -> Row:
    heading = f"to be {cluster.target_status}" if cluster.target_status not in (None, cluster.status) else ""
    return {
        "key": cluster.id,
        "status": status(cluster.status, "paused" if cluster.paused and cluster.status != "paused" else heading),
        "name": text(cluster.name or cluster.id, cluster.id if cluster.name else ""),
        "type": text(cluster.type),
        "memory": text(size(int(cluster.memory_size_bytes)) if cluster.memory_size_bytes else ""),
        "storage": text(size(int(cluster.storage_size_bytes)) if cluster.storage_size_bytes else ""),
        "engines": text(_engines(cluster)),
        "created": when(cluster.created_date_time),
        "jobs": link("jobs", address("jobs", cluster=cluster.id)),
    }


def _engines(cluster: ClusterRecord) -> str:
    allowed = cluster.allowed_engines or []
    if cluster.bypass_allowed_engines:
        return "all"
    left = len(allowed) - _NAMED
    return ", ".join(allowed[:_NAMED]) + (f" and {left} more" if left > 0 else "")


CLUSTERS = Kind(
    "cluster",
    (
        Column("status", "Status"),
        Column("name", "Cluster", "wide"),
        Column("type", "Type"),
        Column("memory", "Memory", "number"),
        Column("storage", "Storage", "number"),
        Column("engines", "Allowed engines", "wide"),
        Column("created", "Created (UTC)"),
        Column("jobs", "Work"),
    ),
    lambda api: api.find_clusters(),
    _row,
)
"""What the page lists."""
