"""The table that all pages have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from nicegui.element import Element

from aiware_resources.api.statuses import CLUSTER_FAILED, CLUSTER_READY, EXPORT_READY, JOB_FAILED
from aiware_resources.report.masking import without_signature

_DONE = {"complete"} | EXPORT_READY | CLUSTER_READY
_FAILED = JOB_FAILED | CLUSTER_FAILED


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        key: The key of its cells.
        label: Its title.
        kind: How its cells are set: ``id`` (as code), ``wide`` (takes the room that is left), ``number``, or nothing.
        sortable: Whether its title sorts the table.
    """

    key: str
    label: str
    kind: str = ""
    sortable: bool = False


Cell = Mapping[str, str]
"""A cell: its ``text``; where it leads (``href``); its ``tone`` as a badge; a ``small`` line below; a ``moment``."""
Row = Mapping[str, Cell | str | None]
"""A row: a cell for each column that has something there, and its ``key``."""


class Table(Element, component="table.js"):
    """A table.

    Args:
        caption: What it shows, for those who cannot see it.
        columns: Its columns.
    """

    def __init__(self, caption: str, columns: Sequence[Column]) -> None:
        super().__init__()
        self._props |= {"caption": caption, "columns": [asdict(column) for column in columns], "rows": []}

    def show(self, rows: Sequence[Row], sort: str = "", *, descending: bool = False) -> None:
        """Shows rows; the browser is told only when they differ from those that it has.

        Args:
            rows: The rows.
            sort: The key of the column by which they are sorted.
            descending: Whether the greatest come first.
        """
        new = {"rows": list(rows), "sort": sort, "descending": descending}
        if any(self._props.get(name) != value for name, value in new.items()):
            self._props |= new
            self.update()

    def on_sort(self, act: Callable[[str], Any]) -> None:
        """Calls a function with the key of the column whose title was pressed."""
        self.on("sort", lambda event: act(str(event.args)))


def text(value: object, small: str = "") -> Cell | None:
    """A cell with a text; nothing for an empty one. A name may hold a link, and that a signature."""
    return {"text": without_signature(str(value)), **({"small": small} if small else {})} if value else None


def link(value: str | None, href: str, small: str = "") -> Cell | None:
    """A cell that leads somewhere."""
    return {"text": without_signature(value), "href": href, **({"small": small} if small else {})} if value else None


def status(value: str | None, small: str = "") -> Cell:
    """A cell with a status, as a badge."""
    return {"text": value or "not shown", "tone": tone(value), **({"small": small} if small else {})}


def tone(value: str | None) -> str:
    """How a status is colored: ``done``, ``failed``, ``open`` while work goes on, ``idle`` while it has to wait."""
    if value in _DONE:
        return "done"
    if value in _FAILED:
        return "failed"
    return "idle" if value in ("pending", "queued", None) else "open"


def when(moment: datetime | None, small: str = "") -> Cell | None:
    """A cell with a moment, to the second, in UTC."""
    if moment is None:
        return None
    at = moment.astimezone(UTC)
    return {"text": f"{at:%Y-%m-%d %H:%M:%S}", "moment": at.isoformat(), **({"small": small} if small else {})}
