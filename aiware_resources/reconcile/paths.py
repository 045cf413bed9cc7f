"""Where a value stands inside a resource's properties."""

from __future__ import annotations

from collections.abc import Iterable

Path = tuple[str | int, ...]
"""Keys and list indexes from a resource's properties down to one value."""


def text(path: Iterable[str | int]) -> str:
    """Writes a path the way Pulumi does: ``tasks[2].ioFolders[0].mode``."""
    written = ""
    for step in path:
        if isinstance(step, int):
            written += f"[{step}]"
        else:
            written += f".{step}" if written else step
    return written


def is_within(path: Path, outer: Iterable[Path]) -> bool:
    """Whether ``path`` is one of ``outer`` or lies below one of them."""
    return any(path[: len(above)] == above for above in outer)
