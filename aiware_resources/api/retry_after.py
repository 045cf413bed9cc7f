"""The Retry-After header (RFC 9110, section 10.2.3): a number of seconds, or a date."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 86_400.0
"""Seconds. More than a day is a mistake: aiWARE counts requests in windows of ten seconds."""


def retry_after_seconds(header: str | None, now: datetime | None = None) -> float | None:
    """Reads the header.

    Args:
        header: The header's value; None when there was none.
        now: The present, for dates; by default the clock's.

    Returns:
        Seconds to wait, never negative; None when the header is absent, makes no sense, or asks for more than a day.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return _sensible(float(text))
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return _sensible((moment - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, OverflowError):
        return None


def _sensible(seconds: float) -> float | None:
    return max(0.0, seconds) if seconds <= LONGEST else None
