"""Lists that are written down: CSV with a line of names, and JSON lines."""

from __future__ import annotations

import codecs
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from aiware_resources.errors import SourceError
from aiware_resources.sources.items import Item, in_utc, last_part
from aiware_resources.sources.storage import ON_SFTP, scheme_of

KEY, URL = "key", "url"


def items_of_csv(source: str, file: IO[bytes]) -> Iterator[Item]:
    """Reads CSV: the columns ``key`` and ``url``, and others, which are values of the entries.

    Raises:
        SourceError: A line cannot be used, or the end is missing.
    """
    lines = _Lines(file)
    # A quote that is not closed would make one value of all lines that follow.
    rows = csv.DictReader(codecs.iterdecode(lines, "utf-8-sig"), strict=True)
    try:
        _check_names(source, rows.fieldnames or ())
        for row in rows:
            if None in row:
                raise SourceError(f"{source}, line {rows.line_num}, has more values than the first line has names.")
            if None in row.values() and not lines.is_whole:
                raise SourceError(
                    f"{source} was cut: its last line, {rows.line_num}, has fewer values than there are columns.",
                    remedy="Run it again once the file is whole. If it is, end its last line.",
                )
            yield _item(source, rows.line_num, row)
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceError(f"{source}, line {rows.line_num}, is not CSV in UTF-8: {error}.") from error


def _check_names(source: str, names: Sequence[str]) -> None:
    missing = [name for name in (KEY, URL) if name not in names]
    if missing:
        raise SourceError(
            f"{source} has no column {' and no column '.join(missing)}: its first line is {','.join(names)!r:.200}.",
            remedy=f"The first line names the columns, with commas between them: {KEY},{URL}, and any others.",
        )
    twice = sorted(name for name, count in Counter(names).items() if count > 1 and name)
    if twice:
        raise SourceError(f"{source} has several columns called {' and '.join(twice)}.")


class _Lines:
    """The lines of a file.

    Attributes:
        is_whole: Whether the last one that was read has an end.
    """

    def __init__(self, file: Iterable[bytes]) -> None:
        self._file = file
        self.is_whole = True

    def __iter__(self) -> Iterator[bytes]:
        for line in self._file:
            self.is_whole = line.endswith((b"\n", b"\r"))
            yield line


def items_of_json_lines(source: str, lines: Iterable[bytes]) -> Iterator[Item]:
    """Reads JSON lines: an object on each, with ``key`` and ``url``, and other values of the entry.

    Raises:
        SourceError: A line cannot be used.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            # Some programs write NaN where there is no value. JSON does not have it.
            row = json.loads(line, parse_constant=lambda _: None)
        except ValueError as error:
            raise SourceError(f"{source}, line {number}, is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise SourceError(f"{source}, line {number}, is not an object.")
        yield _item(source, number, row)


def _item(source: str, number: int, row: Mapping[str, Any]) -> Item:
    missing = [name for name in (KEY, URL) if row.get(name) is None or not str(row[name]).strip()]
    if missing:
        raise SourceError(
            f"{source}, line {number}, has no {' and no '.join(missing)}.",
            remedy=f"Each entry needs a {KEY} that stays the same, and the {URL} where the recording is.",
        )
    if isinstance(row[KEY], bool | list | dict) or not isinstance(row[URL], str):
        name = KEY if isinstance(row[URL], str) else URL
        raise SourceError(f"{source}, line {number}, has a {name} that is not text: {row[name]!r:.100}.")
    size = str(row.get("size") or "")
    url = row[URL].strip()
    more = {name: value for name, value in row.items() if name not in {KEY, URL} and value not in (None, "")}
    try:
        path = last_part(url)
    except ValueError as error:
        raise SourceError(f"{source}, line {number}, has a {URL} that is not an address: {error}.") from error
    return Item(
        str(row[KEY]).strip(),
        url,
        path,
        # Zero stands for a size that was not measured.
        (int(size) or None) if size.isdecimal() else None,
        in_utc(row.get("modified")),
        more,
        is_uploaded=scheme_of(url) in ON_SFTP,
    )
