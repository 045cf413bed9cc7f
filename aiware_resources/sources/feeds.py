"""Podcasts: feeds in RSS or Atom, whose episodes come with recordings."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from aiware_resources.errors import SourceError
from aiware_resources.sources.items import Item, last_part
from aiware_resources.text.secret_words import is_signed_query

_MEDIA = ("audio/", "video/")
_END = re.compile(rb"</(?:[\w.-]+:)?(?:rss|feed|rdf)\s*>\Z", re.IGNORECASE)
_LONGEST_END = 100
_LONGEST_START = 1000


def items_of_feed(source: str, content: bytes) -> Iterator[Item]:
    """Reads a feed: of each episode its first recording, known by the id that the feed gives the episode.

    An episode without an id is known by the address of the recording, without what only opens it.

    Raises:
        SourceError: It is not a feed, or not all of one.
    """
    try:
        import feedparser
    except ImportError as error:
        raise SourceError(
            f"{source} is a feed, and a package is missing that reads feeds.",
            remedy="pip install 'aiware-pipelines[feeds]'",
        ) from error
    found = feedparser.parse(content)
    if not found.get("version"):
        is_bucket = b"<ListBucketResult" in content[:_LONGEST_START]
        raise SourceError(
            f"{source} is not a feed: it is neither RSS nor Atom.",
            remedy="It is a list of objects in a bucket: give the address of that, such as s3://bucket/prefix, and "
            "AWS_ENDPOINT_URL where it is not Amazon's."
            if is_bucket
            else None,
        )
    if not _is_whole(content):
        raise SourceError(
            f"{source} is a feed that was cut: its end is missing.",
            remedy="Run it again, and check what writes the feed if it stays so.",
        )
    is_on_web = source.startswith(("http://", "https://"))
    for entry in found.entries:
        recording = next(iter(sorted(entry.get("enclosures", []), key=_rank)), None)
        if recording is None or not recording.get("href"):
            continue
        given = str(recording["href"])
        try:
            url, key = urljoin(source, given) if is_on_web else given, _unsigned(given)
            last = last_part(url)
        except ValueError as error:
            raise SourceError(f"{source} gives {given.partition('?')[0]!r} as an address: {error}.") from error
        yield Item(
            str(entry.get("id") or key),
            url,
            last,
            # Zero is what most write for a length that they do not know.
            (int(recording["length"]) or None) if str(recording.get("length", "")).isdecimal() else None,
            _date(entry.get("published_parsed") or entry.get("updated_parsed")),
            {"title": entry["title"]} if entry.get("title") else {},
        )


def _is_whole(content: bytes) -> bool:
    """Whether a feed has its last tag. Of one without, the parser gives the episodes that come before the cut."""
    # In UTF-16, each second byte is zero.
    end = content.replace(b"\0", b"").rstrip()
    while end.endswith(b"-->"):
        end = end.rpartition(b"<!--")[0].rstrip()
    return _END.search(end[-_LONGEST_END:]) is not None


def _unsigned(address: str) -> str:
    """An address without a query that lets in: such a query may be another one every time."""
    parts = urlsplit(address)
    return parts._replace(query="").geturl() if is_signed_query(parts.query) else address


def _rank(recording: Any) -> bool:
    """Recordings come before pictures and texts."""
    return not str(recording.get("type", "")).startswith(_MEDIA)


def _date(parsed: Any) -> datetime | None:
    return None if parsed is None else datetime.fromtimestamp(timegm(parsed), UTC)
