"""Following the pages of a list, whatever a server says of their number and size.

By the contract `count` is the number of records in a page, and a page with fewer than `limit` is the last. There are
servers that give the total in `count`, or nothing, or fewer records in a page than they were asked for. So what counts
is which records have come: the offset goes on by their number, and a list is over with an empty page. A server that
ignores the offset gives the same page again, which ends the list as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Value = Mapping[str, Any]

MOST_WITHOUT_NEWS = 20
"""So many pages in a row may hold nothing new, since new objects shift the pages while they are read."""

_REPEATED = 2
"""So often the same page has to come again to show that the server ignores the offset; once may be such a shift."""


class Malformed(ValueError):
    """A page is not what the API promises."""


def follow(read: Callable[[int], Sequence[T | None]], key: Callable[[T], Any]) -> Iterator[T]:
    """Gives each record of a list once; one request more than it has pages.

    Args:
        read: Reads the page that begins at an offset; what could not be read of it is None.
        key: Identifies a record.
    """
    seen: set[Any] = set()
    previous: list[Any] = []
    offset = without_news = repeated = 0
    while without_news < MOST_WITHOUT_NEWS:
        records = read(offset)
        keys = [key(record) for record in records if record is not None]
        repeated = repeated + 1 if keys and keys == previous else 0
        if not records or repeated >= _REPEATED:
            return
        previous, known = keys, len(seen)
        offset += len(records)
        for record in records:
            if record is not None and key(record) not in seen:
                seen.add(key(record))
                yield record
        without_news = 0 if len(seen) > known else without_news + 1


def records_of(page: Any) -> list[Value | None]:
    """The records of a page; those that could not be read are null.

    Raises:
        Malformed: It is not a page.
    """
    if page is None:
        return []
    records = page.get("records") if isinstance(page, Mapping) else page
    if records is None:
        return []
    if not isinstance(records, list) or not all(value is None or isinstance(value, Mapping) for value in records):
        raise Malformed("a list whose records are malformed")
    return records


def field_of(value: Any, name: str) -> Any:
    """A field of an object that may be null.

    Raises:
        Malformed: It is something else.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Malformed("something else where an object should be")
    return value.get(name)


class Nested:
    """What is known of how a server pages the lists inside objects, as those of a job's tasks. Thread-safe.

    Asking for more after each of them would cost a request an object. So it is done where a page may have been cut
    without a word: once for each length, until that shows how many records a page has at the most. What is overlooked
    are the records beyond a cut at just the length that a first object's list really has.
    """

    def __init__(self) -> None:
        self._whole: set[int] = set()
        self._cut_at: int | None = None

    def is_whole(self, page: Any, asked: int) -> bool:
        """Says whether a page is known to hold all records.

        Args:
            page: The first page.
            asked: How many records were asked for.

        Raises:
            Malformed: It is not a page.
        """
        received = len(records_of(page))
        if may_go_on(page, asked):
            return False
        return received == 0 or (received in self._whole if self._cut_at is None else received < self._cut_at)

    def note(self, received: int, further: int) -> None:
        """Takes note of what came after a page.

        Args:
            received: Its number of records.
            further: The number of those after it.
        """
        if not further:
            self._whole.add(received)
        elif self._cut_at is None or received < self._cut_at:
            self._cut_at = received


def may_go_on(page: Any, asked: int) -> bool:
    """Says whether more records may follow those of a page, by all that it tells.

    Args:
        page: The page; of a list inside an object, for example.
        asked: How many records were asked for.
    """
    received = len(records_of(page))
    told = page if isinstance(page, Mapping) else {}
    total = _number(told.get("count"))
    limit = _number(told.get("limit"))
    return received > 0 and (received >= min(asked, limit or asked) or (total or 0) > received)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def key_of(value: Value) -> Any:
    """What tells a record of a list from others: its id, or all of it."""
    found = value.get("id")
    return found if isinstance(found, str | int) else repr(value)
