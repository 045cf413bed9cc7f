"""The assets of a TDO as a table."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from aiware_resources.api import AssetRecord
from aiware_resources.cli.framework.printing import id_column, new_table, text_column


def asset_table(assets: Iterable[AssetRecord]) -> Table:
    """The table."""
    table = new_table(id_column("asset"), "type", text_column("name"), "content type", "bytes")
    for record in assets:
        size = record.file_data.size if record.file_data else None
        cells = [record.asset_type, record.name, record.content_type, None if size is None else str(size)]
        table.add_row(record.id, *(cell or "" for cell in cells))
    return table
