"""Calls about temporal data objects and their assets.

Documented at apis/reference, apis/tutorials/cleanup-tdo, and apis/tutorials/upload-and-process.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from aiware_resources import errors
from aiware_resources.api.cloud.batches import Batches
from aiware_resources.api.cloud.calls import PAGE_SIZE, created_since
from aiware_resources.api.cloud.graphql import Lookup, mutation, query
from aiware_resources.api.interface import Input, Unread
from aiware_resources.api.local_file import LocalFile, Progress
from aiware_resources.api.paging import field_of
from aiware_resources.api.records import AssetRecord, TdoRecord

LARGEST_INT = 2**31 - 1
"""The size of a file is a 32-bit number in the API; larger ones are left out."""

_TDO = """
fragment TdoFields on TemporalDataObject {
  id name description startDateTime stopDateTime source status isPublic details
  thumbnailUrl previewUrl sourceImageUrl organizationId createdDateTime modifiedDateTime
  folders { id treeObjectId }
  sourceData { taskId sourceId scheduledJobId }
}
"""
CREATE_TDO = mutation("createTDO", "($input: CreateTDO)", "(input: $input) { ...TdoFields }", _TDO)
UPDATE_TDO = mutation("updateTDO", "($input: UpdateTDO)", "(input: $input) { ...TdoFields }", _TDO)
DELETE_TDO = mutation("deleteTDO", "($id: ID!)", "(id: $id) { id message }")
CLEANUP_TDO = mutation(
    "cleanupTDO", "($id: ID!, $options: [TDOCleanupOption!])", "(id: $id, options: $options) { id message }"
)
# `temporalDataObjects(ids:)` would be one field for all, but older installations do not know it.
TDOS = Lookup("temporalDataObject", "{ ...TdoFields }", _TDO)
TDOS_CREATED_SINCE = query(
    "temporalDataObjects",
    "($since: DateTime, $offset: Int, $limit: Int)",
    "(orderBy: createdDateTime, orderDirection: desc, offset: $offset, limit: $limit,"
    " dateTimeFilter: [{field: createdDateTime, fromDateTime: $since}]) { limit count records { ...TdoFields } }",
    _TDO,
)
TDOS_FOUND = query(
    "temporalDataObjects",
    "($when: [TemporalDataObjectDateTimeFilter!], $offset: Int, $limit: Int)",
    "(orderBy: createdDateTime, orderDirection: desc, offset: $offset, limit: $limit,"
    " dateTimeFilter: $when) { limit count records { ...TdoFields } }",
    _TDO,
)

_ASSET = """
fragment AssetFields on Asset {
  id name assetType contentType details containerId createdDateTime
  fileData { md5sum size }
  sourceData { engineId }
}
"""
# The file travels beside the document, as the one file part of a multipart request.
CREATE_ASSET = mutation("createAsset", "($input: CreateAsset!)", "(input: $input) { ...AssetFields }", _ASSET)
DELETE_ASSET = mutation("deleteAsset", "($id: ID!)", "(id: $id) { id message }")
ASSETS = query(
    "temporalDataObject",
    "($id: ID!, $offset: Int, $limit: Int)",
    "(id: $id) { assets(offset: $offset, limit: $limit) { limit count records { ...AssetFields } } }",
    _ASSET,
)
ASSET_LINK = query("asset", "($id: ID!)", "(id: $id) { id name assetType contentType containerId signedUri }")


class TdoCalls(Batches):
    """Calls about temporal data objects and their assets."""

    def create_tdo(self, input: Input) -> TdoRecord:  # noqa: A002 - the name of the API's argument
        return self._record(TdoRecord, CREATE_TDO, input=input)

    def update_tdo(self, input: Input) -> TdoRecord:  # noqa: A002 - as above
        return self._record(TdoRecord, UPDATE_TDO, input=input)

    def delete_tdo(self, tdo_id: str) -> None:
        self._execute(DELETE_TDO, {"id": tdo_id})

    def cleanup_tdo(self, tdo_id: str, options: Sequence[str] | None = None) -> None:
        self._execute(CLEANUP_TDO, {"id": tdo_id, "options": None if options is None else list(options)})

    def tdos(self, ids: Sequence[str], unread: Unread | None = None) -> dict[str, TdoRecord]:
        return self._read(TDOS, ids, unread, lambda _, value: self._parsed(TdoRecord, value, TDOS))

    def has_target(self, target_id: str | None) -> bool:
        return target_id is not None and target_id in self.tdos([target_id])

    def tdos_created_since(self, when: datetime) -> Iterator[TdoRecord]:
        for value in self._pages(TDOS_CREATED_SINCE, since=when.isoformat()):
            yield self._parsed(TdoRecord, value, TDOS_CREATED_SINCE)

    def find_tdos(self, *, since: datetime | None = None) -> Iterator[TdoRecord]:
        for value in self._pages(TDOS_FOUND, when=created_since(since)):
            yield self._parsed(TdoRecord, value, TDOS_FOUND)

    def upload_asset(self, input: Input, file: LocalFile, progress: Progress | None = None) -> AssetRecord:  # noqa: A002
        facts = {"md5sum": file.md5} | ({"size": file.size} if file.size <= LARGEST_INT else {})
        content = {**input, "fileData": {**facts, **(input.get("fileData") or {})}}
        part = file.part(input["name"], input.get("contentType"), progress)
        try:
            value = self._execute(CREATE_ASSET, {"input": content}, part)
        except OSError as error:
            said = error.strerror or str(error).rstrip(".")
            # A storage names the file itself.
            said = said if said.startswith(str(file.path)) else f"{file.path} could not be read: {said}"
            raise errors.UploadFailed(f"{said}.", remedy="Check that it is still there.") from error
        return self._parsed(AssetRecord, value, CREATE_ASSET, {"input": content})

    def delete_asset(self, asset_id: str) -> None:
        self._execute(DELETE_ASSET, {"id": asset_id})

    def asset_link(self, asset_id: str) -> AssetRecord:
        return self._record(AssetRecord, ASSET_LINK, id=asset_id)

    def assets(self, tdo_id: str) -> Iterator[AssetRecord]:
        variables = {"id": tdo_id}

        def read(offset: int) -> Any:
            return field_of(self._execute(ASSETS, {**variables, "offset": offset, "limit": PAGE_SIZE}), "assets")

        for value in self._follow(read, ASSETS, variables):
            yield self._parsed(AssetRecord, value, ASSETS, variables)
