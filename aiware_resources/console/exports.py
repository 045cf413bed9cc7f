"""The page that lists export requests."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Depends

from aiware_resources.api import ExportRecord
from aiware_resources.console.frame import Console, framed, page
from aiware_resources.console.listing import Kind, Listing
from aiware_resources.console.places import Place
from aiware_resources.console.table import Column, Row, status, text, when
from aiware_resources.text.commands import aiware


def add(console: Console) -> None:
    """Adds the page."""

    @page("/{place}/exports")
    async def exports(where: Place = Depends(console.place), search: str = "") -> None:
        with framed(console, where, "exports", "Exports") as frame:
            await Listing(frame, EXPORTS, search).make()


def _row(export: ExportRecord, _: Callable[..., str]) -> Row:
    return {
        "key": export.id,
        "status": status(export.status),
        "id": text(export.id),
        "created": when(export.created_date_time),
        "modified": when(export.modified_date_time),
        # The link to the file is signed: whoever has it has the file.
        "file": text(aiware("exports", "download", export.id) if export.asset_uri else ""),
    }


EXPORTS = Kind(
    "export",
    (
        Column("status", "Status"),
        Column("id", "Id", "id"),
        Column("created", "Requested (UTC)"),
        Column("modified", "Changed (UTC)"),
        Column("file", "To fetch the file", "id"),
    ),
    lambda api: api.find_exports(),
    _row,
)
"""What the page lists."""
