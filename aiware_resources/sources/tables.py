"""Lists that are written down: CSV with a line of names, and JSON lines."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from aiware_resources.errors import SourceError
from aiware_resources.sources.items import Item, in_utc, last_part

KEY, URL = "key", "url"


def items_of_csv(source: str, file: IO[bytes]) -> Iterator[Item]:
    """Reads CSV: the columns ``key`` and ``url``, and others, which are values of the entries.

    Raises:
        SourceError: A line cannot be used.
    """
    rows = csv.DictReader(codecs.iterdecode(file, "utf-8-sig"))
    try:
        for row in rows:
            if None in row:
                raise SourceError(f"{source}, line {rows.line_num}, has more values than the first line has names.")
            yield _item(source, rows.line_num, row)
    except (csv.Error, UnicodeDecodeError) as error:
        raise SourceError(f"{source}, line {rows.line_num}, is not CSV in UTF-8: {error}.") from error


def items_of_json_lines(source: str, lines: Iterable[bytes]) -> Iterator[Item]:
    """Reads JSON lines: an object on each, with ``key`` and ``url``, and other values of the entry.

    Raises:
        SourceError: A line cannot be used.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise SourceError(f"{source}, line {number}, is not JSON: {error}.") from error
        if not isinstance(row, dict):
            raise SourceError(f"{source}, line {number}, is not an object.")
        yield _item(source, number, row)


def _item(source: str, number: int, row: Mapping[str, Any]) -> Item:
    missing = [name for name in (KEY, URL) if not str(row.get(name) or "").strip()]
    if missing:
        raise SourceError(
            f"{source}, line {number}, has no {' and no '.join(missing)}.",
            remedy=f"Each entry needs a {KEY} that stays the same, and the {URL} where the recording is.",
        )
    size = str(row.get("size") or "")
    url = str(row[URL]).strip()
    more = {name: value for name, value in row.items() if name not in {KEY, URL} and value not in (None, "")}
    return Item(
        str(row[KEY]).strip(),
        url,
        last_part(url),
        # Zero stands for a size that was not measured.
        (int(size) or None) if size.isdigit() else None,
        in_utc(row.get("modified")),
        more,
    )
