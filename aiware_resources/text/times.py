"""Points in time, as aiWARE takes and writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Any

_MILLISECONDS_FROM = 100_000_000_000
"""Numbers from here on are milliseconds: as seconds they would lie beyond the year 5138."""

_AS_YAML_HAS_IT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[Tt ]+(?P<time>\d\d:\d\d:\d\d(?:\.\d+)?)"
    r"(?:[ ]*(?P<sign>[+-])(?P<hours>\d\d?):?(?P<minutes>\d\d)?(?:[ ]+\S+)?)?"
)
"""A point in time in YAML without quotes: with a short offset, or as Pulumi passes it on and writes it into
the stack's file (`2026-03-02 09:00:00 +0000 UTC`)."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_STANDARD = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")

PointInTime = str | int | float | datetime | date
"""The kinds of value that a program may give for a point in time."""


def parse_time(value: Any) -> datetime:
    """Reads a point in time as aiWARE takes it: ISO 8601 text, or seconds or milliseconds since the epoch.

    A ``datetime`` or ``date`` of Python is one, too. What names no time zone is UTC; a date is its first moment.

    Raises:
        ValueError: When the value is none of these.
    """
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime.combine(value, time.min, UTC)
    if isinstance(value, str) and is_number(value):
        value = float(value)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
            return datetime.fromtimestamp(seconds, UTC)
        if isinstance(value, str):
            parsed = datetime.fromisoformat(_iso(value).upper())
            return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise ValueError("is not a point in time: give ISO 8601 text, or seconds or milliseconds since the epoch")


def is_number(text: str) -> bool:
    """Whether a text is a number, which `parse_time` reads as seconds or milliseconds."""
    return _NUMBER.fullmatch(text) is not None


def standard_time(value: Any) -> Any:
    """A point in time as every aiWARE reads it; `parse_time` reads more spellings. What is none stays as it is."""
    if not isinstance(value, str) or _STANDARD.fullmatch(value):
        return value
    try:
        return format_time(parse_time(value))
    except ValueError:
        return value


def _iso(text: str) -> str:
    found = _AS_YAML_HAS_IT.fullmatch(text)
    if found is None:
        return text
    offset = f"{found['sign']}{found['hours']:0>2}:{found['minutes'] or '00'}" if found["sign"] else "+00:00"
    return f"{found['day']}T{found['time']}{offset}"


def format_time(value: datetime) -> str:
    """Writes a point in time as aiWARE does: ISO 8601, UTC, milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
