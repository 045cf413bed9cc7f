"""The schema's own scalars: DateTime, Time and UploadedFile. JSONData is taken as it comes."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from functools import lru_cache

from ariadne import ScalarType
from graphql import GraphQLError
from starlette.datastructures import UploadFile

SMALLEST_MILLISECONDS = 1e11
"""A number from here on counts milliseconds, a smaller one seconds (the year 5138 in seconds, 1973 in milliseconds)."""
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
"""A number as text, which is not a time: 20260101 could be a day, and is seconds elsewhere."""


class Clock:
    """Tells the time in seconds since the epoch, to the millisecond (the precision in which the API answers)."""

    def now(self) -> float:
        """The present moment in seconds since the epoch."""
        return round(time.time(), 3)


def parse_datetime(value: object) -> float:
    """Seconds since the epoch from what a client may send.

    Args:
        value: ISO 8601 text (UTC where it names no zone), or a number of seconds or milliseconds since the epoch.

    Raises:
        GraphQLError: the value is none of these.
    """
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            seconds = value / 1000 if abs(value) >= SMALLEST_MILLISECONDS else float(value)
            datetime.fromtimestamp(seconds, UTC)  # refuses what is outside the calendar
            return round(seconds, 3)
        if isinstance(value, str) and not _NUMBER.fullmatch(value):
            moment = datetime.fromisoformat(value.upper())
            return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), 3)
    except (ValueError, OverflowError, OSError):
        pass  # answered below, like every other value that is not a time
    raise GraphQLError(
        f"DateTime cannot represent {value!r}: give ISO 8601 text, or seconds or milliseconds since the epoch."
    )


@lru_cache(maxsize=10_000)
def format_datetime(seconds: float) -> str:
    """ISO 8601 text in UTC with milliseconds, `2026-11-24T09:51:42.000Z`."""
    moment = datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time_of_day(value: object) -> str:
    """A time of day, HH:MM or HH:MM:SS.

    Raises:
        GraphQLError: the value is not of that form.
    """
    if isinstance(value, str) and _TIME_OF_DAY.fullmatch(value):
        return value
    raise GraphQLError(f"Time cannot represent {value!r}: give a time of day as HH:MM or HH:MM:SS.")


def parse_upload(value: object) -> UploadFile:
    """A file part; only a multipart request has one.

    Raises:
        GraphQLError: the value is not a file part.
    """
    if isinstance(value, UploadFile):
        return value
    raise GraphQLError("UploadedFile takes the file part of a multipart/form-data request.")


SCALARS = [
    ScalarType("DateTime", serializer=format_datetime, value_parser=parse_datetime),
    ScalarType("Time", value_parser=parse_time_of_day),
    ScalarType("UploadedFile", value_parser=parse_upload),
]
