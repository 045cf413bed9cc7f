"""The media of a program: a source, listed and filtered."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import IO, Any
from urllib.parse import urlsplit

import pulumi

from aiware_resources.errors import SourceError
from aiware_resources.shards import Shard
from aiware_resources.sources.feeds import items_of_feed
from aiware_resources.sources.items import Item, Wanted, by_different_keys
from aiware_resources.sources.storage import SIGNED, files_in, open_file, scheme_of
from aiware_resources.sources.tables import items_of_csv, items_of_json_lines
from aiware_resources.sources.web import fetched, files_on, shown
from aiware_resources.text.words import counted, duration

STILL_WRITTEN = timedelta(minutes=1)
"""A file that was changed more recently may still be written. Objects in buckets appear whole, however."""

_TABLES = (".csv", ".jsonl", ".ndjson")
_FEEDS = (".xml", ".rss", ".atom")


_KINDS = {"xml": ".xml", "csv": ".csv", "ndjson": ".ndjson", "jsonl": ".ndjson", "json-seq": ".ndjson"}
"""What an answer is by its type, where the address does not say."""
_PAGE = re.compile(rb"\s*(<!doctype\s+html|<html)", re.IGNORECASE)
_LONGEST_START = 1000


class Media(dict[str, dict[str, Any]]):
    """The entries that a source lists, by key, oldest first: what a `JobFleet` takes as ``media``.

    Each has ``url``, or for a file of this machine ``file``, its path. It has ``name``, and ``size``, ``modified`` and
    other values as far as the source tells them. A fleet uploads files, and takes of the other values what its template
    uses.

    Attributes:
        growing: The keys of files that may still be written, and are left for the next run. Entries that a fleet has
            already stay as they are.
        growing_values: Their values, as far as they are given: for a shard that takes them over from another one.
        most_new: How many new entries a fleet takes in one update, oldest first; ``None`` for all of them.
        shard: Which shard of the source they are; ``None`` when it is in one stack.
    """

    def __init__(
        self,
        entries: Iterable[tuple[str, dict[str, Any]]] = (),
        *,
        growing: Iterable[str] | Mapping[str, dict[str, Any]] = (),
        most_new: int | None = None,
        shard: Shard | None = None,
    ) -> None:
        super().__init__(entries)
        self.growing = frozenset(growing)
        self.growing_values = dict(growing) if isinstance(growing, Mapping) else {}
        self.most_new = most_new
        self.shard = shard


def media_from(
    source: str | os.PathLike[str],
    pattern: str | Sequence[str] = "*",
    *,
    min_size: int = 1,
    max_size: int | None = None,
    min_age: timedelta | None = None,
    most_new: int | None = None,
    allow_empty: bool = False,
    shards: int | None = None,
) -> Media:
    """Lists recordings as the entries of a fleet.

    A source is a bucket or a part of it (``s3://bucket/prefix``, ``gs://``, ``az://``), a folder, a folder of an SFTP
    server (``sftp://``), an index of a web server, a podcast feed, or a file with a list: CSV with the columns ``key``
    and ``url``, or JSON lines. Credentials come from the environment, as the packages of the storages find them.

    Args:
        source: The source.
        pattern: Which files are wanted: ``*.mp4``, or several patterns of which one has to match. Capitals do not
            count. A pattern without a slash is compared with the name of a file, any other with its path in the source.
        min_size: Bytes that a file has at least.
        max_size: Bytes that it has at the most.
        min_age: A file that was changed more recently is left for the next run, since it may still be written: by
            default a minute in folders, on SFTP and web servers, and nothing elsewhere.
        most_new: How many entries that it does not have yet a fleet takes in one update, oldest first. Those that it
            has stay in any case.
        allow_empty: Whether there may be nothing in the source that matches. Otherwise that is an error, so that a
            source that is empty by mistake removes nothing.
        shards: Over how many stacks the source is spread. Gives the entries of the stack that runs: see `Shard`.

    Raises:
        pulumi.RunError: When the source cannot be listed to its end, or nothing in it matches.
    """
    shard = None if shards is None else Shard.of_stack(shards)
    now = datetime.now(UTC)
    name = os.fspath(source)
    chosen: list[Item] = []
    growing: dict[str, dict[str, Any]] = {}
    matching = 0
    if most_new is not None and most_new < 0:
        raise pulumi.RunError(f"most_new is {most_new}: give the number of new entries that an update may take.")
    try:
        wanted = _wanted(name, pattern, min_size, max_size, min_age)
        for item in _items(name, wanted):
            # One that is written again from its start may be empty at the moment: its size tells nothing yet.
            may_grow = wanted.may_grow(item, now)
            if not may_grow and not wanted.fits(item):
                continue
            matching += 1
            if shard is not None and not shard.has(item.key):
                continue
            if may_grow:
                growing[item.key] = item.values()
            else:
                chosen.append(item)
        if not matching and not allow_empty:
            raise _nothing(name, wanted)
    except SourceError as error:
        raise pulumi.RunError(str(error)) from error
    if growing:
        age = duration(wanted.min_age.total_seconds())
        pulumi.log.info(
            f"{shown(name)}: {counted(len(growing), 'file')} changed less than {age} ago may still be written: those "
            "that the stack does not have yet are left for the next run."
        )
    chosen.sort(key=lambda item: (item.modified or datetime.min.replace(tzinfo=UTC), item.key))
    return Media(((item.key, item.values()) for item in chosen), growing=growing, most_new=most_new, shard=shard)


def list_media(
    source: str | os.PathLike[str], pattern: str | Sequence[str] = "*"
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Lists recordings one by one, as the source tells of them: a bucket of millions takes no memory.

    Args:
        source: The source, as for `media_from`.
        pattern: Which files are wanted, as for `media_from`.

    Yields:
        The key and the values of each.

    Raises:
        SourceError: When the source cannot be listed to its end.
    """
    name = os.fspath(source)
    for item in _items(name, _wanted(name, pattern, 0, None, timedelta())):
        yield item.key, item.values()


def _wanted(
    source: str, pattern: str | Sequence[str], min_size: int, max_size: int | None, min_age: timedelta | None
) -> Wanted:
    patterns = (pattern,) if isinstance(pattern, str) else tuple(pattern)
    if not source.strip() or not patterns:
        raise SourceError(f"media_from needs {'a source' if patterns else 'a pattern'}, and is given none.")
    if min_age is None:
        is_whole = scheme_of(source) in SIGNED or source.casefold().endswith((*_TABLES, *_FEEDS))
        min_age = timedelta() if is_whole else STILL_WRITTEN
    return Wanted(patterns, min_size, max_size, min_age)


def _items(source: str, wanted: Wanted) -> Iterator[Item]:
    """What a source lists and matches, of whatever size."""
    for item in _listed(source, wanted):
        if wanted.matches(item.path):
            _check_text(source, item)
            yield item


def _check_text(source: str, item: Item) -> None:
    """Refuses names that cannot be sent: Linux takes any bytes for the name of a file."""
    try:
        f"{item.key}{item.url}".encode()
    except UnicodeEncodeError as error:
        raise SourceError(
            f"{shown(source)} lists {item.key!a}, which is not Unicode.", remedy="Give it another name."
        ) from error


def _listed(source: str, wanted: Wanted) -> Iterator[Item]:
    try:
        password = urlsplit(source).password
    except ValueError as error:
        raise SourceError(f"The source is not an address: {error}.") from error
    if password:
        raise SourceError(
            f"{shown(source)} is given with a password, which every preview and the state would show.",
            remedy="Leave it out of the address, and give it in the environment.",
        )
    if scheme_of(source) in {"http", "https"}:
        yield from _on_server(source, wanted)
        return
    end = PurePosixPath(source.casefold()).suffix
    if end not in {*_TABLES, *_FEEDS}:
        yield from files_in(source)
        return
    with open_file(source) as file:
        yield from _written(source, end, file)


def _on_server(source: str, wanted: Wanted) -> Iterator[Item]:
    """What a web server answers tells what it is, and where it does not, the address."""
    reply = fetched(source)
    kind = reply.headers.get("content-type", "").casefold()
    end = PurePosixPath(urlsplit(source).path.casefold()).suffix
    is_list = end in {*_TABLES, *_FEEDS}
    if is_list and "html" in kind and _PAGE.match(reply.content[:_LONGEST_START]):
        raise SourceError(
            f"{shown(source)} is a page, and not a list.",
            remedy="Check the address, and that it may be read without a login.",
        )
    told = next((each for name, each in _KINDS.items() if name in kind and "html" not in kind), None)
    if is_list or told:
        end = end if is_list else str(told)
        yield from _written(shown(source), end, io.BytesIO(reply.content))
    else:
        yield from files_on(source, reply, wanted)


def _written(source: str, end: str, file: IO[bytes]) -> Iterator[Item]:
    if end in _FEEDS:
        items = items_of_feed(source, file.read())
    elif end == ".csv":
        items = items_of_csv(source, file)
    else:
        items = items_of_json_lines(source, file)
    return by_different_keys(items, source)


def _nothing(source: str, wanted: Wanted) -> SourceError:
    return SourceError(
        f"Nothing in {shown(source)} matches {' or '.join(wanted.patterns)}.",
        remedy="Check the address and the pattern. Where that is right, give allow_empty=True: then a fleet removes "
        "what it has.",
    )
