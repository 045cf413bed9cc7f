"""Which engines may run on which cluster, as the stack's program has it.

A program may allow an engine on a cluster and use it in a job in one go. In the preview aiWARE does not allow it yet,
so what the program is about to make of a cluster goes before what the cluster is. A cluster that the program is to make
has no id yet in the preview: what it is going to allow travels with its jobs then, hidden (`going_to_allow`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import is_dry_run

from aiware_resources.reconcile.outputs import derived
from aiware_resources.reconcile.unknowns import cut

ALLOWED_KEY = "__allowed"
"""What is going to be allowed on the cluster of a job, in a preview that does not know the cluster's id. Hidden from
displays, and never recorded."""

ALL = "all"
"""Stands for every engine in ``allowedEngines``."""


@dataclass(frozen=True)
class AllowedEngines:
    """The engines that may run on a cluster.

    Attributes:
        ids: Their ids; ``None`` when any engine may, or which ones is not known.
    """

    ids: frozenset[str] | None

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> AllowedEngines:
        """Reads them from a cluster's properties (``allowedEngines``, ``bypassAllowedEngines``)."""
        known, unknown = cut({key: properties.get(key) for key in ("allowedEngines", "bypassAllowedEngines")})
        ids = known.get("allowedEngines")
        if unknown or ids is None or ALL in ids or known["bypassAllowedEngines"]:
            return cls(None)
        return cls(frozenset(map(str, ids)))

    def allow(self, engine_id: str) -> bool:
        """Whether this engine may run."""
        return self.ids is None or engine_id in self.ids


class AllowsEngines:
    """A resource on which engines may run: a cluster."""

    _allows: pulumi.Output[Mapping[str, Any]]
    """What the program says of that, under the API's names."""


def going_to_allow(cluster_id: pulumi.Input[str] | None) -> dict[str, pulumi.Output[Any]]:
    """What a program is going to allow on a cluster that has no id yet, under `ALLOWED_KEY`; else nothing.

    Args:
        cluster_id: The cluster of a job, as the program gives it.
    """
    if not isinstance(cluster_id, pulumi.Output) or not is_dry_run():
        return {}

    async def clusters() -> set[pulumi.Resource]:
        resources = await cluster_id.resources()
        return {each for each in resources if AllowsEngines in type(each).__mro__}

    async def allowed() -> Any:
        found: list[Any] = list(await origin)
        if len(found) != 1 or await cluster_id.is_known():
            return None
        return await found[0]._allows.future() if await found[0]._allows.is_known() else None

    origin = asyncio.ensure_future(clusters())
    return {ALLOWED_KEY: derived(origin, allowed())}


class DeclaredClusters:
    """What the program says of its clusters, by id, as far as this provider process has met them. Thread-safe."""

    def __init__(self) -> None:
        self._clusters: dict[str, AllowedEngines] = {}
        self._lock = threading.Lock()

    def add(self, cluster_id: str, properties: Mapping[str, Any]) -> None:
        """Notes the desired state of a cluster."""
        with self._lock:
            self._clusters[cluster_id] = AllowedEngines.of(properties)

    def get(self, cluster_id: str) -> AllowedEngines | None:
        """What a cluster is going to allow; ``None`` when the program does not declare it."""
        with self._lock:
            return self._clusters.get(cluster_id)


declared = DeclaredClusters()
"""The register of this process."""
