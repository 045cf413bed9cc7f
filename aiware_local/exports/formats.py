"""The formats of export requests, and the options that each takes with their defaults.

Sources: tutorials/create-export-request, support article 000004013.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiware_local.installation.errors import invalid_input
from aiware_local.storage.store import Record

_LAYOUT_OPTIONS = {
    "maxCharacterPerLine": "max_characters",
    "newLineOnPunctuation": "newline_on_punctuation",
    "timeGapToSeparateParagraphMs": "paragraph_gap_ms",
    "linesPerScreen": "lines_per_screen",
    "timeGapToSeparateScreenMs": "screen_gap_ms",
    "withSpeakerData": "with_speakers",
}
LEAST = {
    "maxCharacterPerLine": 1,
    "linesPerScreen": 1,
    "timeGapToSeparateParagraphMs": 0,
    "timeGapToSeparateScreenMs": 0,
}
"""The smallest value of each option that is a number."""
FILE_EXTENSION = re.compile(r"\.?[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_TEXT = {"maxCharacterPerLine": 60, "newLineOnPunctuation": False, "timeGapToSeparateParagraphMs": 0}


@dataclass(frozen=True)
class Layout:
    """How words become lines and screens. Gaps are milliseconds; 0 means that a gap separates nothing."""

    max_characters: int
    newline_on_punctuation: bool
    paragraph_gap_ms: int
    lines_per_screen: int = 1
    screen_gap_ms: int = 0
    with_speakers: bool = False


@dataclass(frozen=True)
class Format:
    """One extension: the default of each option that it takes, and the media type of its files."""

    defaults: Mapping[str, Any]
    content_type: str


def _captions(characters: int, lines: int, content_type: str) -> Format:
    defaults = {
        "maxCharacterPerLine": characters,
        "newLineOnPunctuation": False,
        "timeGapToSeparateParagraphMs": 1000,
        "linesPerScreen": lines,
        "timeGapToSeparateScreenMs": 5000,
        "withSpeakerData": False,
    }
    return Format(defaults, content_type)


FORMATS: Mapping[str, Format] = {
    "txt": Format(_TEXT, "text/plain; charset=utf-8"),
    "docx": Format(_TEXT, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "txtAvid": _captions(30, 3, "text/plain; charset=utf-8"),
    "srt": _captions(32, 2, "application/x-subrip; charset=utf-8"),
    "vtt": _captions(32, 2, "text/vtt; charset=utf-8"),
    "ttml": _captions(80, 1, "application/ttml+xml; charset=utf-8"),
    "vlf": Format({}, "application/json"),
}


def checked_format(config: Mapping[str, Any], path: str) -> Record:
    """The format of a createExportRequest input with its options filled in.

    Raises:
        ApiError: invalid_input for an unknown extension, an option that the extension does not take, or a value that
            the option cannot have.
    """
    extension, options = config["extension"], config.get("options")
    chosen = FORMATS.get(extension)
    if chosen is None:
        raise invalid_input(f"{path}.extension is '{extension}'; it must be one of {', '.join(FORMATS)}.")
    if options is not None and not isinstance(options, dict):
        raise invalid_input(f"{path}.options must be an object.")
    given = {name: value for name, value in (options or {}).items() if value is not None}
    defaults = {**chosen.defaults, "fileExtension": extension}
    for name, value in given.items():
        if name not in defaults:
            raise invalid_input(f"{path}.options.{name}: {extension} takes {', '.join(defaults)}.")
        _require_value(name, value, defaults[name], f"{path}.options.{name}")
    return {"extension": extension, "options": {**defaults, **given}}


def layout_of(options: Mapping[str, Any]) -> Layout:
    """The layout that complete options describe."""
    values = {field: options[name] for name, field in _LAYOUT_OPTIONS.items() if name in options}
    return Layout(**values)


def _require_value(name: str, value: Any, default: Any, path: str) -> None:
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise invalid_input(f"{path} must be true or false.")
    elif isinstance(default, int):
        if not isinstance(value, int) or isinstance(value, bool) or value < LEAST[name]:
            raise invalid_input(f"{path} must be a whole number, {LEAST[name]} or more.")
    elif not isinstance(value, str) or not FILE_EXTENSION.fullmatch(value):
        raise invalid_input(f'{path} must be a file extension, such as "xml".')
