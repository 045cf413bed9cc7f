"""How a value is written in a report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pulumi.output import Unknown

from aiware_resources.reconcile.compare import Absent
from aiware_resources.text.words import counted

SHORT = 72
"""Characters of a value that is shown as it is; longer ones are folded."""

NOT_YET = "(known later)"
NOTHING = "–"


@dataclass(frozen=True)
class Shown:
    """A value as text.

    Attributes:
        text: The text; of a long value over several lines.
        summary: What replaces a long value; empty when the value is short.
        is_word: Whether the text stands for a value that is not there to be shown.
    """

    text: str
    summary: str = ""
    is_word: bool = False


def shown(value: Any, longest: int | None = None) -> Shown:
    """Writes a value.

    Args:
        value: A property's value.
        longest: How many characters of it to show at most; ``None`` for all.
    """
    if isinstance(value, Absent):
        return Shown(NOTHING, is_word=True)
    if isinstance(value, Unknown):
        return Shown(NOT_YET, is_word=True)
    short = json.dumps(plain(value), ensure_ascii=False)
    if len(short) <= SHORT:
        return Shown(short)
    whole = value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False, indent=2)
    if longest is not None and len(whole) > longest:
        whole = f"{whole[:longest]}\n… ({len(whole) - longest:,} characters more)"
    return Shown(whole, summary=_summary(value))


def plain(value: Any) -> Any:
    """A value that JSON can hold: what is not known yet becomes words."""
    if isinstance(value, Unknown):
        return NOT_YET
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if not isinstance(item, Absent)}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _summary(value: Any) -> str:
    if isinstance(value, str):
        return f"{len(value):,} characters"
    if isinstance(value, list):
        return f"list of {len(value):,}"
    return f"object of {counted(len(value), 'key')}"
