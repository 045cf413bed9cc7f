"""Lists: their pages, their order, and the filters by time and by text.

Source: Page, StringMatch and the filters by time in schema.graphql.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import islice
from operator import methodcaller
from typing import Any

from aiware_local.installation.errors import invalid_input
from aiware_local.storage.store import Bound, Record

LARGEST_LIMIT = 1000
"""The documentation says that some fields cap `limit` without naming the figure; here every list has the same one."""
_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": str.__contains__,
    "exact": str.__eq__,
}


@dataclass(frozen=True)
class Paging:
    """How this server pages.

    Attributes:
        counts_all: whether `count` of a list is the number of all that it has, not that of the page.
        page_size: the most records that a page has, whatever is asked for.
    """

    counts_all: bool = False
    page_size: int | None = None

    def length(self, limit: int) -> int:
        """How many records a page has when `limit` are asked for, and there are enough."""
        return limit if self.page_size is None else min(limit, self.page_size)


_paging: ContextVar[Paging] = ContextVar("paging")


@contextmanager
def paging_as(paging: Paging) -> Iterator[None]:
    """Pages lists in this way while one request is answered."""
    token = _paging.set(paging)
    try:
        yield
    finally:
        _paging.reset(token)


def paging_now() -> Paging:
    """How lists are paged in this request."""
    return _paging.get(Paging())


def page(records: Iterable[Any], args: Mapping[str, Any], default_limit: int = 30) -> Record:
    """One page of a list.

    Args:
        records: the whole list; it is read no further than the page goes.
        args: the field's arguments, of which `offset` and `limit` are used.
        default_limit: the page size where the arguments name none.

    Raises:
        ApiError: invalid_input for a negative offset, or a limit below 1 or above the largest.
    """
    offset = _given(args, "offset", 0)
    limit = _given(args, "limit", default_limit)
    if offset < 0:
        raise invalid_input(f"offset is {offset}; it must not be negative.", field="offset")
    if not 1 <= limit <= LARGEST_LIMIT:
        raise invalid_input(f"limit is {limit}; it must lie between 1 and {LARGEST_LIMIT}.", field="limit")
    rest = iter(records)
    before = sum(1 for _ in islice(rest, offset))
    paging = paging_now()
    chosen = list(islice(rest, paging.length(limit)))
    count = before + len(chosen) + sum(1 for _ in rest) if paging.counts_all else len(chosen)
    return {"records": chosen, "offset": offset, "limit": limit, "count": count}


def within(record: Record, filters: Iterable[Mapping[str, Any] | None] | None) -> bool:
    """Whether a record passes every dateTimeFilter: bounds are inclusive unless the filter says exclusive."""
    return all(_passes(record.get(str(window["field"])), window) for window in filters or () if window)


def bounds(filters: Iterable[Mapping[str, Any] | None] | None) -> list[Bound]:
    """What dateTimeFilters of one field ask of its value, which every record has."""
    found: list[Bound] = []
    for window in filters or ():
        start, end = (window or {}).get("fromDateTime"), (window or {}).get("toDateTime")
        if window and start is not None:
            found.append((">" if window.get("fromDateTimeExclusive") else ">=", start))
        if window and end is not None:
            found.append(("<" if window.get("toDateTimeExclusive") else "<=", end))
    return found


def ordered(records: Iterable[Record], keys: Iterable[Mapping[str, Any]] | None) -> Iterable[Record]:
    """Records sorted by an orderBy argument; the first key weighs most. Without keys they stay as they are."""
    chosen = [key for key in keys or () if key]
    if not chosen:
        return records
    result = list(records)
    for key in reversed(chosen):
        result.sort(key=sort_key(methodcaller("get", str(key["field"]))), reverse=key.get("direction") == "desc")
    return result


def _given(args: Mapping[str, Any], name: str, default: int) -> int:
    value = args.get(name)
    return default if value is None else int(value)


def sort_key(value: Callable[[Record], Any]) -> Callable[[Record], tuple[bool, Any]]:
    """A key to sort by: a record without a value comes first in rising order, and last in falling order."""
    return lambda record: ((found := value(record)) is not None, "" if found is None else found)


def _passes(value: float | None, window: Mapping[str, Any]) -> bool:
    start, end = window.get("fromDateTime"), window.get("toDateTime")
    if value is None:
        return start is None and end is None
    after = start is None or (value > start if window.get("fromDateTimeExclusive") else value >= start)
    before = end is None or (value < end if window.get("toDateTimeExclusive") else value <= end)
    return after and before


def equals(value: object, wanted: object) -> bool:
    """Whether a value is the one that a filter asks for; without a filter it is."""
    return wanted is None or value == wanted


def among(value: object, wanted: Collection[Any] | None) -> bool:
    """Whether a value is one of those that a filter asks for; without a filter it is."""
    return not wanted or value in wanted


def overlaps(values: Iterable[Any], wanted: Iterable[Any] | None) -> bool:
    """Whether one of the values is one of those that a filter asks for; without a filter it is."""
    return not wanted or not set(values).isdisjoint(wanted)


def matches(value: str | None, wanted: str, how: str) -> bool:
    """Whether a value matches.

    Args:
        value: the object's name or tag.
        wanted: what the filter asks for.
        how: the StringMatch. `exact` distinguishes capitals, the others do not.
    """
    if value is None:
        return False
    if how == "exact":
        return value == wanted
    return _MATCHES[how](value.lower(), wanted.lower())
