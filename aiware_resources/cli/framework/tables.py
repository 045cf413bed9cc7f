"""Tables that a narrow terminal does not cut."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import measure_renderables
from rich.table import Column, Table
from rich.text import Text

_BETWEEN = 2
"""Spaces between two columns."""
_FOLDED = 12
"""The width to which a text may be folded."""
_UNLIMITED = 10_000


class Listing(Table):
    """A table without lines, which leaves out its least important columns where the terminal is too narrow for all.

    Only texts are folded; ids, statuses and numbers stay whole. Where even the columns that always stay are too wide,
    each row becomes several lines.

    Args:
        columns: The columns; a title stands for one that is not folded.
        least: Titles of the columns that may be left out, the least important first.
    """

    def __init__(self, *columns: Column | str, least: Sequence[str] = ()) -> None:
        super().__init__(*(Column(each, no_wrap=True) if isinstance(each, str) else each for each in columns))
        self._least = least

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Renders the columns for which there is room."""
        measured = options.update(max_width=_UNLIMITED)
        needed = {column.header: _needed(console, measured, column) for column in self.columns}
        for title in self._least:
            if _total(needed) <= options.max_width:
                break
            del needed[title]
        shown = [column for column in self.columns if column.header in needed]
        if _total(needed) > options.max_width:
            yield _stacked(shown)
            return
        table = Table(*shown, box=None, pad_edge=False, padding=(0, _BETWEEN, 0, 0))
        table.rows = self.rows
        yield table


def _needed(console: Console, options: ConsoleOptions, column: Column) -> int:
    widest = measure_renderables(console, options, [column.header, *column.cells]).maximum
    return widest if column.no_wrap else min(widest, _FOLDED)


def _total(widths: dict[RenderableType, int]) -> int:
    return sum(widths.values()) + _BETWEEN * (len(widths) - 1)


def _stacked(columns: Sequence[Column]) -> Table:
    """A table of one column, which has the cells of all, below each other."""
    below = Text("\n  ")
    header, *rows = (
        below.join(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row if cell)
        for row in zip(*([column.header, *column.cells] for column in columns), strict=True)
    )
    table = Table(Column(header, overflow="fold"), box=None, pad_edge=False, padding=0)
    for row in rows:
        table.add_row(row)
    return table
