"""Calls about export requests (documented at tutorials/create-export-request)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiware_resources.api.cloud.batches import Batches
from aiware_resources.api.cloud.graphql import Lookup, mutation, query
from aiware_resources.api.interface import Input, Unread
from aiware_resources.api.records import ExportRecord

_EXPORT = """
fragment ExportFields on ExportRequest {
  id status assetUri organizationId requestorId createdDateTime modifiedDateTime
}
"""
CREATE_EXPORT_REQUEST = mutation(
    "createExportRequest", "($input: CreateExportRequest!)", "(input: $input) { ...ExportFields }", _EXPORT
)
# `exportRequest(id:)` is non-null, see CLUSTERS.
EXPORT_REQUESTS = Lookup("exportRequests", "{ records { ...ExportFields } }", _EXPORT)
# The list takes no times and promises no order.
ALL_EXPORT_REQUESTS = query(
    "exportRequests",
    "($offset: Int, $limit: Int)",
    "(offset: $offset, limit: $limit) { limit count records { ...ExportFields } }",
    _EXPORT,
)
EXPORTS_FOUND = query(
    "exportRequests",
    "($status: [ExportRequestStatus!], $offset: Int, $limit: Int)",
    "(status: $status, offset: $offset, limit: $limit) { limit count records { ...ExportFields } }",
    _EXPORT,
)


class ExportCalls(Batches):
    """Calls about export requests."""

    def create_export_request(self, input: Input) -> ExportRecord:  # noqa: A002 - the name of the API's argument
        return self._record(ExportRecord, CREATE_EXPORT_REQUEST, input=input)

    def export_requests(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, ExportRecord]:
        def wanted(id_: str, page: Mapping[str, Any]) -> ExportRecord | None:
            records = (self._parsed(ExportRecord, value, EXPORT_REQUESTS) for value in page.get("records") or [])
            return next((record for record in records if record.id == id_), None)

        return self._read(EXPORT_REQUESTS, ids, unread, wanted)

    def exports_created_since(self, when: datetime) -> Iterator[ExportRecord]:
        for value in self._pages(ALL_EXPORT_REQUESTS):
            record = self._parsed(ExportRecord, value, ALL_EXPORT_REQUESTS)
            if record.created_date_time is not None and record.created_date_time >= when:
                yield record

    def find_exports(self, *, statuses: Sequence[str] = ()) -> Iterator[ExportRecord]:
        for value in self._pages(EXPORTS_FOUND, status=list(statuses) or None):
            yield self._parsed(ExportRecord, value, EXPORTS_FOUND)
