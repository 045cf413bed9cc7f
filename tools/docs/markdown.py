"""Tables and code in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable

NONE = "–"
"""The text of an empty cell."""

_BAR = re.compile(r"(?<!\\)\|")


def code(text: str) -> str:
    """A text as code."""
    return f"`{text}`"


def table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; a bar in a cell does not end it."""
    lines = [tuple(head), *rows]
    written = ["| " + " | ".join(_BAR.sub(r"\\|", cell) for cell in line) + " |" for line in lines]
    return "\n".join([written[0], "|" + "---|" * len(lines[0]), *written[1:]])
