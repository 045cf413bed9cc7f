"""Calls about clusters (documented at apis/reference/mutation and apis/reference/query)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiware_resources.api.cloud.batches import Batches
from aiware_resources.api.cloud.graphql import Lookup, Operation, mutation, query
from aiware_resources.api.interface import Input, Unread
from aiware_resources.api.records import ClusterRecord

_CLUSTER = """
fragment ClusterFields on Cluster {
  id name type organizationId allowedEngines containerTag paused memorySizeBytes storageSizeBytes
  bypassAllowedEngines tags status targetStatus clusterConfig mediaStorage mediaStoragePath restartTimeUTC
  createdDateTime deletedDateTime
  collaborators { records { organizationId permission } }
  subscriptions { records { userId isActive } }
}
"""
CREATE_CLUSTER = mutation("createCluster", "($input: CreateCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER)
UPDATE_CLUSTER = mutation("updateCluster", "($input: UpdateCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER)
PAUSE_CLUSTER = mutation("pauseCluster", "($input: PauseCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER)
UNPAUSE_CLUSTER = mutation(
    "unpauseCluster", "($input: UnpauseCluster!)", "(input: $input) { ...ClusterFields }", _CLUSTER
)
# Known from the published schema only.
DELETE_CLUSTER = mutation("deleteCluster", "($id: ID!)", "(id: $id) { id message }")
# `cluster(id:)` is non-null: one missing id would null the whole batch. The list takes an id too.
CLUSTERS = Lookup("clusters", "{ records { ...ClusterFields } }", _CLUSTER)
CLUSTERS_NAMED = query(
    "clusters",
    "($name: String, $offset: Int, $limit: Int)",
    "(name: $name, nameMatch: exact, offset: $offset, limit: $limit) { limit count records { ...ClusterFields } }",
    _CLUSTER,
)
# The name may stand anywhere in a cluster's name; that is aiWARE's default.
CLUSTERS_FOUND = query(
    "clusters",
    "($name: String, $type: ClusterType, $offset: Int, $limit: Int)",
    "(name: $name, type: $type, offset: $offset, limit: $limit) { limit count records { ...ClusterFields } }",
    _CLUSTER,
)
ALL_CLUSTERS = query(
    "clusters",
    "($offset: Int, $limit: Int)",
    "(offset: $offset, limit: $limit) { limit count records { ...ClusterFields } }",
    _CLUSTER,
)


class ClusterCalls(Batches):
    """Calls about clusters."""

    def create_cluster(self, input: Input) -> ClusterRecord:  # noqa: A002 - the name of the API's argument
        return self._record(ClusterRecord, CREATE_CLUSTER, input=input)

    def update_cluster(self, input: Input) -> ClusterRecord:  # noqa: A002 - as above
        return self._record(ClusterRecord, UPDATE_CLUSTER, input=input)

    def pause_cluster(self, cluster_id: str) -> ClusterRecord:
        return self._record(ClusterRecord, PAUSE_CLUSTER, input={"id": cluster_id})

    def unpause_cluster(self, cluster_id: str) -> ClusterRecord:
        return self._record(ClusterRecord, UNPAUSE_CLUSTER, input={"id": cluster_id})

    def delete_cluster(self, cluster_id: str) -> None:
        self._execute(DELETE_CLUSTER, {"id": cluster_id})

    def clusters(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, ClusterRecord]:
        def wanted(id_: str, page: Mapping[str, Any]) -> ClusterRecord | None:
            records = (self._parsed(ClusterRecord, value, CLUSTERS) for value in page.get("records") or [])
            return next((record for record in records if record.id == id_ and record.deleted_date_time is None), None)

        return self._read(CLUSTERS, ids, unread, wanted)

    def clusters_named(self, name: str) -> list[ClusterRecord]:
        # Compared again: whether aiWARE's own comparison minds the case is not documented.
        return [record for record in self._found(CLUSTERS_NAMED, name=name) if record.name == name]

    def all_clusters(self) -> list[ClusterRecord]:
        return list(self._found(ALL_CLUSTERS))

    def find_clusters(self, *, name: str | None = None, of_type: str | None = None) -> Iterator[ClusterRecord]:
        return self._found(CLUSTERS_FOUND, name=name, type=of_type)

    def _found(self, operation: Operation, **variables: Any) -> Iterator[ClusterRecord]:
        for value in self._pages(operation, **variables):
            record = self._parsed(ClusterRecord, value, operation)
            if record.deleted_date_time is None:
                yield record
