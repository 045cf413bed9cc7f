"""Which engines may run on which cluster, as the stack's program has it.

A program may allow an engine on a cluster and use it in a job in one go. In the preview aiWARE does not allow it yet,
so what the program is about to make of a cluster goes before what the cluster is.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiware_resources.reconcile.unknowns import cut

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
