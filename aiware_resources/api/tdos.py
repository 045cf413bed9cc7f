"""Calls about temporal data objects (documented at apis/reference, and apis/tutorials/cleanup-tdo)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiware_resources.api import documents
from aiware_resources.api.calls import Calls, created_since
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import TdoRecord


class TdoCalls(Calls):
    """Calls about temporal data objects."""

    def create_tdo(self, input: Mapping[str, Any]) -> TdoRecord:  # noqa: A002 - the name of the API's argument
        """Creates a TDO (`createTDO`), without assets unless they are given.

        Args:
            input: A `CreateTDO`: `startDateTime` and `stopDateTime` at least.

        Raises:
            AnswerLost: It may have been created; `tdos_created_since` finds it.
            ApiError: It was not created.
        """
        return self._record(TdoRecord, documents.CREATE_TDO, input=input)

    def update_tdo(self, input: Mapping[str, Any]) -> TdoRecord:  # noqa: A002 - as above
        """Changes a TDO in place (`updateTDO`).

        Args:
            input: An `UpdateTDO`: `id` and the properties to change; null clears one.

        Raises:
            NotFound: There is no such TDO.
            AnswerLost: It may have been changed; read it again.
            ApiError: It was not changed.
        """
        return self._record(TdoRecord, documents.UPDATE_TDO, input=input)

    def delete_tdo(self, tdo_id: str) -> None:
        """Deletes a TDO with its assets (`deleteTDO`): immediate and final.

        Raises:
            NotFound: It is gone already.
            AnswerLost: It may have been deleted; read it again.
            ApiError: It was not deleted.
        """
        self._session.execute(documents.DELETE_TDO, {"id": tdo_id})

    def cleanup_tdo(self, tdo_id: str, options: Sequence[str] | None = None) -> None:
        """Removes content of a TDO and keeps the TDO (`cleanupTDO`).

        Args:
            tdo_id: Id of the TDO.
            options: Of `storage`, `searchIndex`, `engineResults`; None for aiWARE's default, the first two.

        Raises:
            NotFound: There is no such TDO.
            AnswerLost: It may have been cleaned up; doing so again does no harm.
            ApiError: It was not cleaned up.
        """
        self._session.execute(
            documents.CLEANUP_TDO, {"id": tdo_id, "options": None if options is None else list(options)}
        )

    def tdos(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, TdoRecord]:
        """Reads many TDOs (`temporalDataObject(id:)`, one field each, in batches).

        Args:
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.

        Returns:
            The TDOs by id; missing ones are left out.

        Raises:
            ApiError: If one of them could not be read for another reason.
        """
        return self._read(documents.TDOS, ids, unread, lambda _, value: self._parsed(TdoRecord, value, documents.TDOS))

    def tdos_created_since(self, when: datetime) -> Iterator[TdoRecord]:
        """Finds the TDOs created since a moment, newest first (`temporalDataObjects(dateTimeFilter:)`).

        Args:
            when: The moment, by aiWARE's clock; with a time zone.

        Raises:
            ApiError: If they could not be read.
        """
        for value in self._pages(documents.TDOS_CREATED_SINCE, since=when.isoformat()):
            yield self._parsed(TdoRecord, value, documents.TDOS_CREATED_SINCE)

    def find_tdos(self, *, since: datetime | None = None) -> Iterator[TdoRecord]:
        """Finds TDOs, newest first (`temporalDataObjects`), page by page.

        Args:
            since: Only those created since this moment, by aiWARE's clock; with a time zone.

        Raises:
            ApiError: If they could not be read.
        """
        for value in self._pages(documents.TDOS_FOUND, when=created_since(since)):
            yield self._parsed(TdoRecord, value, documents.TDOS_FOUND)
