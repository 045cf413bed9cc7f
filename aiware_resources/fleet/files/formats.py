"""The captions that a fleet declares: formats, the engine whose results they are made of, and the files' endings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from aiware_resources import engines
from aiware_resources.exports.formats import FILE_EXTENSION, completed, option_problems
from aiware_resources.exports.state import Format, FormatArgs
from aiware_resources.reconcile import Identifier, Path, Problem
from aiware_resources.reconcile.provider import plain

EXPORTS = "exports"

TRANSCRIPTION = "67cd4dd0-2f75-445d-a6f0-2f297d6cd182"
"""The category of transcription engines."""

_NO_RESULTS = frozenset(
    {
        engines.WEBSTREAM_ADAPTER,
        engines.PLAYBACK,
        engines.CHUNK,
        engines.ASSET_CREATOR,
        engines.OUTPUT_WRITER,
        engines.CHUNK_AGGREGATOR,
        engines.IGNITER,
    }
)
"""Engines that move media and results, and find nothing out."""


class CaptionFormat(Format):
    """A file to make of each entry (``CreateExportRequestFormatConfig``), and of whose results."""

    engine_id: Identifier | None = None
    category_id: Identifier | None = None


class CaptionFormatArgs(FormatArgs, total=False):
    """A file to make of each entry.

    Attributes:
        extension: ``txt``, ``docx``, ``txtAvid``, ``srt``, ``ttml``, ``vtt`` or ``vlf``.
        options: Options of the format, such as ``maxCharacterPerLine``; its keys are the API's own. One at its default
            is the same as one left out.
        engine_id: The engine whose results are exported; by default the one engine of the template that finds something
            out, and where there are several, all transcription engines.
        category_id: All engines of a category, instead of one.
    """

    engine_id: pulumi.Input[str]
    category_id: pulumi.Input[str]


@dataclass(frozen=True)
class Caption:
    """A file to make of each entry.

    Attributes:
        ending: The ending of its name.
        of: The engine or category whose results it is made of, as an output configuration names it.
        format: The format as it is requested.
        sign: Tells it from every other file that could be made of the same job.
    """

    ending: str
    of: tuple[str, str]
    format: Mapping[str, Any] = field(compare=False)
    sign: str


def captions_of(exports: Sequence[Any], template: Mapping[str, Any]) -> list[Caption]:
    """The captions that the exports of a fleet stand for.

    Args:
        exports: The fleet's property of that name, valid.
        template: The fleet's template, by which the engine is known that is not named.
    """
    found = []
    # Pulumi carries every number as a float.
    for given in plain({EXPORTS: list(exports)})[EXPORTS]:
        each = CaptionFormat.model_validate(given)
        options = completed(each.extension, each.options)
        of = _source(each, template)
        said = json.dumps([each.extension, options, of], sort_keys=True, default=str)
        asked = {name: value for name, value in each.options.items() if value is not None}
        requested = {"extension": each.extension, **({"options": asked} if asked else {})}
        sign = hashlib.sha256(said.encode()).hexdigest()[:12]
        found.append(Caption(str(options[FILE_EXTENSION]), of, requested, sign))
    return found


def caption_problems(exports: Sequence[CaptionFormat]) -> Iterator[Problem]:
    """What is wrong with the exports of a fleet: their options, and two files of one name."""
    endings: dict[str, int] = {}
    for index, each in enumerate(exports):
        yield from option_problems(each.extension, each.options, (EXPORTS, index, "options"))
        ending = completed(each.extension, each.options)[FILE_EXTENSION]
        if not isinstance(ending, str):
            continue
        first = endings.setdefault(ending.casefold(), index)
        if first != index:
            path: Path = (EXPORTS, index)
            yield Problem(
                path,
                f"makes files that end in .{ending}, as {EXPORTS}[{first}] does: leave one out, or give it another "
                f"ending by the option {FILE_EXTENSION}",
            )


def configurations(captions: Sequence[Caption]) -> list[dict[str, Any]]:
    """The output configurations of a request for these captions."""
    formats: dict[tuple[str, str], list[Any]] = {}
    for each in captions:
        formats.setdefault(each.of, []).append(each.format)
    return [{key: value, "formats": chosen} for (key, value), chosen in formats.items()]


def _source(each: CaptionFormat, template: Mapping[str, Any]) -> tuple[str, str]:
    if each.engine_id is not None:
        return "engineId", each.engine_id
    if each.category_id is not None:
        return "categoryId", each.category_id
    ids = {task.get("engineId") for task in template.get("tasks") or [] if isinstance(task, Mapping)} - _NO_RESULTS
    only = next(iter(ids)) if len(ids) == 1 else None
    return ("engineId", only) if isinstance(only, str) and "$" not in only else ("categoryId", TRANSCRIPTION)
