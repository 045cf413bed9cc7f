"""A bar on standard error while a file is moved, where that is a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.progress import Progress as Bars

from aiware_resources.api import Progress


@contextmanager
def bar(doing: str) -> Iterator[Progress]:
    """Shows how far a transfer is; gives what the transfer tells its progress.

    Args:
        doing: What is done, to stand before the bar.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    # The bar goes when it is done: what the command says of the file comes after it.
    with Bars(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        task = bars.add_task(doing, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total or None)
