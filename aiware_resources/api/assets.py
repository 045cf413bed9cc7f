"""Calls about the assets of TDOs (documented at apis/reference, and apis/tutorials/upload-and-process)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiware_resources import errors
from aiware_resources.api import documents
from aiware_resources.api.calls import PAGE_SIZE, Calls
from aiware_resources.api.local_file import LocalFile, Progress
from aiware_resources.api.paging import field_of
from aiware_resources.api.records import AssetRecord

LARGEST_INT = 2**31 - 1
"""The size of a file is a 32-bit number in the API; larger ones are left out."""


class AssetCalls(Calls):
    """Calls about the assets of TDOs."""

    def upload_asset(
        self,
        input: Mapping[str, Any],  # noqa: A002 - the name of the API's argument
        file: LocalFile,
        progress: Progress | None = None,
    ) -> AssetRecord:
        """Uploads a file into a TDO (`createAsset`, multipart/form-data), in constant memory.

        Args:
            input: A `CreateAsset`: `containerId`, `assetType` and `name` at least; the facts about the file are added.
            file: The file.
            progress: Is told how many bytes have been sent, and of how many.

        Raises:
            UploadFailed: The file cannot be read, or changed meanwhile; nothing was created.
            AnswerLost: It may have been created; `assets` finds it.
            ApiError: It was not created.
        """
        facts = {"md5sum": file.md5} | ({"size": file.size} if file.size <= LARGEST_INT else {})
        content = {**input, "fileData": {**facts, **(input.get("fileData") or {})}}
        part = file.part(input["name"], input.get("contentType"), progress)
        try:
            value = self._session.execute(documents.CREATE_ASSET, {"input": content}, part)
        except OSError as error:
            raise errors.UploadFailed(
                f"{file.path} could not be read: {error.strerror or error}.", remedy="Check that it is still there."
            ) from error
        return self._parsed(AssetRecord, value, documents.CREATE_ASSET, {"input": content})

    def delete_asset(self, asset_id: str) -> None:
        """Deletes an asset with its content (`deleteAsset`).

        Raises:
            NotFound: It is gone already.
            AnswerLost: It may have been deleted; doing so again does no harm.
            ApiError: It was not deleted.
        """
        self._session.execute(documents.DELETE_ASSET, {"id": asset_id})

    def assets(self, tdo_id: str) -> Iterator[AssetRecord]:
        """Reads the assets of a TDO, newest first (`temporalDataObject(id:) { assets }`).

        Raises:
            NotFound: There is no such TDO.
            ApiError: If they could not be read.
        """
        variables = {"id": tdo_id}

        def read(offset: int) -> Any:
            tdo = self._session.execute(documents.ASSETS, {**variables, "offset": offset, "limit": PAGE_SIZE})
            return field_of(tdo, "assets")

        for value in self._follow(read, documents.ASSETS, variables):
            yield self._parsed(AssetRecord, value, documents.ASSETS, variables)
