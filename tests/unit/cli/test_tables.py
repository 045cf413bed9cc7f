"""Tables at terminals of different widths."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from aiware_resources.cli.framework.printing import new_table, text_column

ID = "27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c"


def rendered(width: int) -> list[str]:
    """The lines of a table at a terminal of this width."""
    table = new_table("id", text_column("name"), "status", "count", "created", least=("count", "created", "name"))
    table.add_row(ID, "council meeting of Tuesday", "incomplete", "12", "2026-01-31 09:00")
    console = Console(width=width, file=io.StringIO(), markup=False, highlight=False, emoji=False)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (120, ["id", "name", "status", "count", "created"]),
        # The name is folded before a column is left out.
        (89, ["id", "name", "status", "count", "created"]),
        (85, ["id", "name", "status", "created"]),
        (79, ["id", "name", "status"]),
        (50, ["id", "status"]),
    ],
)
def test_the_least_important_columns_are_left_out(width: int, titles: list[str]) -> None:
    head, *rows = rendered(width)
    assert head.split() == titles
    assert rows[0].startswith(f"{ID}  ")
    assert "  incomplete" in rows[0]
    assert max(map(len, rows)) <= width


def test_what_does_not_fit_beside_each_other_stands_below() -> None:
    assert rendered(40) == ["id", "  status", ID, "  incomplete"]


def test_columns_come_back_when_the_terminal_is_widened() -> None:
    table = new_table("id", "status", "created", least=("created",))
    table.add_row(ID, "complete", "2026-01-31 09:00")
    console = Console(width=50, file=io.StringIO())
    console.print(table)
    console.width = 120
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().count("2026-01-31 09:00") == 1
