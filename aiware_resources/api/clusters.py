"""Calls about clusters (documented at apis/reference/mutation and apis/reference/query)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aiware_resources.api import documents
from aiware_resources.api.calls import Calls
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import ClusterRecord


class ClusterCalls(Calls):
    """Calls about clusters."""

    def create_cluster(self, input: Mapping[str, Any]) -> ClusterRecord:  # noqa: A002 - the name of the API's argument
        """Creates a cluster (`createCluster`); it may go on deploying afterwards.

        Args:
            input: A `CreateCluster`: `name`, `allowedEngines` and `dockerCredentials` at least.

        Raises:
            AnswerLost: It may have been created; `clusters_named` finds it.
            ApiError: It was not created.
        """
        return self._record(ClusterRecord, documents.CREATE_CLUSTER, input=input)

    def update_cluster(self, input: Mapping[str, Any]) -> ClusterRecord:  # noqa: A002 - as above
        """Changes a cluster in place (`updateCluster`).

        Args:
            input: An `UpdateCluster`: `id` and the properties to change; null clears one.

        Raises:
            NotFound: There is no such cluster.
            AnswerLost: It may have been changed; read it again.
            ApiError: It was not changed.
        """
        return self._record(ClusterRecord, documents.UPDATE_CLUSTER, input=input)

    def pause_cluster(self, cluster_id: str) -> ClusterRecord:
        """Pauses a cluster (`pauseCluster`): it takes no more work. Raises as `update_cluster`."""
        return self._record(ClusterRecord, documents.PAUSE_CLUSTER, input={"id": cluster_id})

    def unpause_cluster(self, cluster_id: str) -> ClusterRecord:
        """Lets a paused cluster go on (`unpauseCluster`). Raises as `update_cluster`."""
        return self._record(ClusterRecord, documents.UNPAUSE_CLUSTER, input={"id": cluster_id})

    def delete_cluster(self, cluster_id: str) -> None:
        """Deletes a cluster (`deleteCluster`, known from the published schema only).

        Raises:
            NotFound: It is gone already.
            AnswerLost: It may have been deleted; read it again.
            ApiError: It was not deleted.
        """
        self._session.execute(documents.DELETE_CLUSTER, {"id": cluster_id})

    def clusters(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, ClusterRecord]:
        """Reads many clusters (`clusters(id:)`, one field each, in batches).

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The clusters by id; missing and deleted ones are left out.

        Raises:
            ApiError: If they could not be read.
        """

        def wanted(id_: str, page: Mapping[str, Any]) -> ClusterRecord | None:
            records = (self._parsed(ClusterRecord, value, documents.CLUSTERS) for value in page.get("records") or [])
            return next((record for record in records if record.id == id_ and record.deleted_date_time is None), None)

        return self._read(documents.CLUSTERS, ids, unread, wanted)

    def clusters_named(self, name: str) -> list[ClusterRecord]:
        """Finds the clusters that have exactly this name (`clusters(name:, nameMatch: exact)`); names are not unique.

        Raises:
            ApiError: If they could not be read.
        """
        pages = self._pages(documents.CLUSTERS_NAMED, name=name)
        records = [self._parsed(ClusterRecord, value, documents.CLUSTERS_NAMED) for value in pages]
        # Compared again: whether aiWARE's own comparison minds the case is not documented.
        return [record for record in records if record.name == name and record.deleted_date_time is None]

    def all_clusters(self) -> list[ClusterRecord]:
        """Lists the clusters that the organization owns or may see (`clusters`), page by page.

        Raises:
            ApiError: If they could not be read.
        """
        pages = self._pages(documents.ALL_CLUSTERS)
        records = [self._parsed(ClusterRecord, value, documents.ALL_CLUSTERS) for value in pages]
        return [record for record in records if record.deleted_date_time is None]

    def find_clusters(self, *, name: str | None = None, of_type: str | None = None) -> Iterator[ClusterRecord]:
        """Finds clusters that the organization owns or may see (`clusters`), page by page.

        Args:
            name: What their name contains.
            of_type: Only those of this type: ``ami``, ``RT`` or ``OnPrem``.

        Raises:
            ApiError: If they could not be read.
        """
        for value in self._pages(documents.CLUSTERS_FOUND, name=name, type=of_type):
            record = self._parsed(ClusterRecord, value, documents.CLUSTERS_FOUND)
            if record.deleted_date_time is None:
                yield record
