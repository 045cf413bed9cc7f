"""How the jobs that are watched are shown: as a table that changes, as lines, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from aiware_resources.cli.framework.printing import id_column, new_table, text_column
from aiware_resources.cli.jobs.watching import Sight, Watched
from aiware_resources.text.words import duration

_STYLES = {"complete": "green", "failed": "red", "cancelled": "red", "aborted": "red", "gone": "red", "running": "cyan"}
_A_SECOND = 4
"""How often the table is drawn, for the time that it shows."""


class Display:
    """Shows what has changed; a context manager."""

    def show(self, changed: Sequence[Sight]) -> None:
        """Takes note of a look.

        Args:
            changed: The jobs of which it showed something new.
        """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Ends the showing."""


class Lines(Display):
    """A line for each change."""

    def show(self, changed: Sequence[Sight]) -> None:
        """Prints the lines."""
        for sight in changed:
            click.echo(f"{sight.job_id}: {sight.progress}")


class Objects(Display):
    """A JSON object, in a line, for each change."""

    def show(self, changed: Sequence[Sight]) -> None:
        """Prints the objects."""
        for sight in changed:
            found = {
                "id": sight.job_id,
                "name": sight.record.name if sight.record else None,
                "status": sight.status,
                "progress": sight.progress,
                "done": sight.is_over,
                "failed": sight.failure is not None,
            }
            click.echo(json.dumps(found, ensure_ascii=False))


class LiveTable(Display):
    """A table on the terminal, kept up to date, which stays when all is done.

    Args:
        watched: The jobs.
        printer: The terminal.
    """

    def __init__(self, watched: Watched, printer: Console) -> None:
        self._watched = watched
        self._live = Live(console=printer, refresh_per_second=_A_SECOND, get_renderable=self._table)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leaves the table as it is at the end."""
        self._live.stop()

    def show(self, changed: Sequence[Sight]) -> None:
        """Draws the table anew."""
        self._live.refresh()

    def _table(self) -> Table:
        table = new_table(id_column("job"), text_column("name"), "status", text_column("progress"), "time")
        moment = datetime.now(UTC)
        for sight in self._watched.sights:
            seconds = sight.seconds(moment)
            status, _, progress = sight.progress.partition(", ")
            table.add_row(
                sight.job_id,
                (sight.record.name if sight.record else None) or "",
                Text(status, style=_STYLES.get(status, "")),
                progress,
                "" if seconds is None else duration(seconds),
            )
        return table
