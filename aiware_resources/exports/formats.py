"""The formats of export requests, and the options that each takes.

The table is that of the support article "Create export requests" (000004013). In aiWARE the options are JSON without a
schema (``CreateExportRequestFormatConfig.options``), so a preview is the first that can tell a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal

from aiware_resources.reconcile import Path, Problem

Extension = Literal["txt", "docx", "txtAvid", "srt", "ttml", "vtt", "vlf"]
Value = bool | int | str

FILE_EXTENSION = "fileExtension"
"""The one option that every format takes: the ending of the file's name."""

LEAST: Mapping[str, int] = MappingProxyType(
    {
        "maxCharacterPerLine": 1,
        "timeGapToSeparateParagraphMs": 0,
        "linesPerScreen": 1,
        "timeGapToSeparateScreenMs": 0,
    }
)
"""The smallest value of each option that is a number; gaps are milliseconds."""

_ENDING = re.compile(r"\.?[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")


def _text(extension: str) -> dict[str, Value]:
    return {
        "maxCharacterPerLine": 60,
        "newLineOnPunctuation": False,
        "timeGapToSeparateParagraphMs": 0,
        FILE_EXTENSION: extension,
    }


def _captions(extension: str, characters: int, lines: int) -> dict[str, Value]:
    return {
        "maxCharacterPerLine": characters,
        "newLineOnPunctuation": False,
        "timeGapToSeparateParagraphMs": 1000,
        "linesPerScreen": lines,
        "timeGapToSeparateScreenMs": 5000,
        "withSpeakerData": False,
        FILE_EXTENSION: extension,
    }


DEFAULTS: Mapping[Extension, Mapping[str, Value]] = MappingProxyType(
    {
        "txt": _text("txt"),
        "docx": _text("docx"),
        "txtAvid": _captions("txtAvid", 30, 3),
        "srt": _captions("srt", 32, 2),
        "ttml": _captions("ttml", 80, 1),
        "vtt": _captions("vtt", 32, 2),
        "vlf": {FILE_EXTENSION: "vlf"},
    }
)
"""The options of each format, with their defaults."""


def completed(extension: Extension, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options in normal form: one at its default is the same as one left out."""
    given = {name: value for name, value in options.items() if value is not None}
    complete = {**DEFAULTS[extension], **given}
    ending = complete[FILE_EXTENSION]
    return {**complete, FILE_EXTENSION: ending.removeprefix(".") if isinstance(ending, str) else ending}


def option_problems(extension: Extension, options: Mapping[str, Any], above: Path) -> Iterator[Problem]:
    """What is wrong with the options of a format.

    Args:
        extension: The format.
        options: Its options, without those that are not known yet.
        above: Where the options stand.

    Yields:
        A problem for each option that the format does not have, or whose value is none for it.
    """
    for name, value in options.items():
        reason = None if value is None else _wrong(extension, name, value)
        if reason is not None:
            yield Problem((*above, name), reason)


def _wrong(extension: Extension, name: str, value: Any) -> str | None:
    defaults = DEFAULTS[extension]
    if name not in defaults:
        return f"is not an option of {extension}, which has {', '.join(defaults)}"
    if isinstance(defaults[name], bool):
        return None if isinstance(value, bool) else "must be true or false"
    if name in LEAST:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return None if whole and value >= LEAST[name] else f"must be a whole number, {LEAST[name]} or more"
    fine = isinstance(value, str) and _ENDING.fullmatch(value)
    return None if fine else 'must be a file extension, such as "xml"'
