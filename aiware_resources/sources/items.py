"""What a source lists, and which of it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from aiware_resources.errors import SourceError
from aiware_resources.text.times import format_time, parse_time

_SKEW = timedelta(days=1)
"""How far the clock of a storage may be ahead. A recorder whose clock is wrong writes times further away."""


@dataclass(frozen=True, slots=True)
class Item:
    """A recording that a source lists.

    Attributes:
        key: What it is known by; the same in every listing.
        url: Where it is.
        path: What patterns are compared with: its path in the source, or the last part of its address.
        size: Its size in bytes; ``None`` when the source does not tell.
        modified: When it was changed last; ``None`` when the source does not tell.
        more: What else the source tells of it.
        is_uploaded: Whether a fleet has to upload it: it is a file of this machine, and the address a path; or in a
            storage that aiWARE cannot read.
    """

    key: str
    url: str
    path: str
    size: int | None = None
    modified: datetime | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    is_uploaded: bool = False

    def values(self) -> dict[str, Any]:
        """The values of a fleet's entry."""
        own = {
            "file" if self.is_uploaded else "url": self.url,
            "name": PurePosixPath(self.path).stem,
            "size": self.size,
            "modified": None if self.modified is None else format_time(self.modified),
        }
        return {name: value for name, value in {**own, **self.more}.items() if value is not None}


@dataclass(frozen=True)
class Wanted:
    """Which items are wanted.

    Attributes:
        patterns: Of these, one has to match; capitals do not count. One without a slash is compared with the last part
            of the path, any other with all of it.
        min_size: Bytes that an item has at least, where its size is known.
        max_size: Bytes that it has at the most.
        min_age: An item that was changed more recently may still grow.
    """

    patterns: Sequence[str] = ("*",)
    min_size: int = 1
    max_size: int | None = None
    min_age: timedelta = timedelta()

    def matches(self, path: str) -> bool:
        """Whether a path matches."""
        folded = path.casefold()
        last = folded.rpartition("/")[2]
        return any(
            fnmatchcase(folded if "/" in pattern else last, pattern.casefold().lstrip("/")) for pattern in self.patterns
        )

    def fits(self, item: Item) -> bool:
        """Whether an item has the right size; one whose size is not known has."""
        if item.size is None:
            return True
        return self.min_size <= item.size and (self.max_size is None or item.size <= self.max_size)

    def may_grow(self, item: Item, now: datetime) -> bool:
        """Whether an item was changed so recently that it may still grow; one of the far future was not."""
        return item.modified is not None and -_SKEW < now - item.modified < self.min_age


def last_part(url: str) -> str:
    """The name of the file that an address leads to."""
    return unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])


def in_utc(value: Any) -> datetime | None:
    """A point in time, as storages tell it; ``None`` for what is not one."""
    try:
        return None if value in (None, "") else parse_time(value).astimezone(UTC)
    except ValueError:
        return None


def by_different_keys(items: Iterator[Item], source: str) -> Iterator[Item]:
    """Passes items on.

    Raises:
        SourceError: When two have one key.
    """
    seen: set[str] = set()
    for item in items:
        if item.key in seen:
            raise SourceError(
                f"{source} lists {item.key} twice.", remedy="Give each entry a key of its own: jobs are known by it."
            )
        seen.add(item.key)
        yield item
