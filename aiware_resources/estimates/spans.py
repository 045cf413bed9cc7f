"""How long the media of a TDO are, by what is declared of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from pulumi.output import Unknown

from aiware_resources.temporal_data_object import SOME_HOUR
from aiware_resources.text.times import parse_time

START, STOP = "startDateTime", "stopDateTime"
_DOCUMENTS = (
    *(".txt", ".md", ".html", ".htm", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".json", ".xml", ".csv", ".eml"),
    *(".srt", ".vtt", ".ttml", ".dfxp"),
)
"""What files are called that take no time."""
_MINUTE = 60
_MILLISECONDS = 60_000


def is_document(source: str) -> bool:
    """Whether something is a document by its name, which has no length in time."""
    try:
        return PurePosixPath(urlsplit(source).path).suffix.lower() in _DOCUMENTS
    except ValueError:
        return False


def span(tdo: Any) -> Any:
    """Minutes from a TDO's start to its end; ``None`` when they are not given, an ``Unknown`` until they are known."""
    if isinstance(tdo, Unknown):
        return tdo
    ends = [tdo.get(key) if isinstance(tdo, Mapping) else None for key in (START, STOP)]
    unknown = next((each for each in ends if isinstance(each, Unknown)), None)
    if unknown is not None or None in ends:
        return unknown
    start, stop = map(parse_time, ends)
    return (stop - start).total_seconds() / _MINUTE


def declared_minutes(tdo: Any) -> float | None:
    """Minutes of a TDO's media: by its assets, or else by its times; ``None`` when neither tells them."""
    if not isinstance(tdo, Mapping):
        return None
    assets = tdo.get("assets")
    for asset in assets if isinstance(assets, list) else ():
        data = asset.get("fileData") if isinstance(asset, Mapping) else None
        length = data.get("mediaDurationMs") if isinstance(data, Mapping) else None
        if isinstance(length, int | float) and length > 0:
            return length / _MILLISECONDS
    try:
        ends = [parse_time(tdo.get(key)) for key in (START, STOP)]
    except ValueError:
        return None
    if ends == [parse_time(each) for each in SOME_HOUR.values()]:
        return None
    return max((ends[1] - ends[0]).total_seconds() / _MINUTE, 0.0)
