"""One export request, and what is secret of it."""

from __future__ import annotations

from typing import Any

from aiware_resources.api import Api, ExportRecord
from aiware_resources.errors import NotFound


def found(api: Api, export_id: str) -> ExportRecord:
    """Reads an export request (query exportRequests).

    Raises:
        NotFound: There is no such export request.
        ApiError: If it could not be read.
    """
    record = api.export_requests([export_id]).get(export_id)
    if record is None:
        raise NotFound(
            f"aiWARE has no export request {export_id} that this token can see.",
            remedy="Check the id; `aiware exports list` shows those there are.",
            operation="exportRequests",
            object_id=export_id,
        )
    return record


def without_uri(record: ExportRecord) -> dict[str, Any]:
    """An export request as JSON values, without the link to its file: whoever has that, has the file."""
    return {key: value for key, value in record.properties().items() if key != "assetUri"}
