"""Calls about export requests (documented at tutorials/create-export-request)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiware_resources.api import documents
from aiware_resources.api.calls import Calls
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import ExportRecord


class ExportCalls(Calls):
    """Calls about export requests."""

    def create_export_request(self, input: Mapping[str, Any]) -> ExportRecord:  # noqa: A002 - the API's argument
        """Requests an export (`createExportRequest`); it is made afterwards.

        Args:
            input: A `CreateExportRequest`: `tdoData` at least.

        Raises:
            AnswerLost: It may have been requested; `exports_created_since` finds it.
            ApiError: It was not requested.
        """
        return self._record(ExportRecord, documents.CREATE_EXPORT_REQUEST, input=input)

    def export_requests(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, ExportRecord]:
        """Reads many export requests (`exportRequests(id:)`, one field each, in batches).

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The export requests by id, each with a freshly signed link once complete; missing ones are left out.

        Raises:
            ApiError: If they could not be read.
        """

        def wanted(id_: str, page: Mapping[str, Any]) -> ExportRecord | None:
            records = (
                self._parsed(ExportRecord, value, documents.EXPORT_REQUESTS) for value in page.get("records") or []
            )
            return next((record for record in records if record.id == id_), None)

        return self._read(documents.EXPORT_REQUESTS, ids, unread, wanted)

    def exports_created_since(self, when: datetime) -> Iterator[ExportRecord]:
        """Finds the export requests created since a moment (`exportRequests`), in the order that aiWARE has them.

        aiWARE filters them neither by time nor by content, and promises no order: all of them are read.

        Args:
            when: The moment, by aiWARE's clock; with a time zone.

        Raises:
            ApiError: If they could not be read.
        """
        for value in self._pages(documents.ALL_EXPORT_REQUESTS):
            record = self._parsed(ExportRecord, value, documents.ALL_EXPORT_REQUESTS)
            if record.created_date_time is not None and record.created_date_time >= when:
                yield record

    def find_exports(self, *, statuses: Sequence[str] = ()) -> Iterator[ExportRecord]:
        """Finds export requests (`exportRequests`), page by page, in the order that aiWARE has them.

        Args:
            statuses: Only those in one of these statuses; by default in any.

        Raises:
            ApiError: If they could not be read.
        """
        for value in self._pages(documents.EXPORTS_FOUND, status=list(statuses) or None):
            yield self._parsed(ExportRecord, value, documents.EXPORTS_FOUND)
