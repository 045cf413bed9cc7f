"""What an export is made from: the results of engines in a TDO that the request asks for, and who says each word."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from aiware_local.installation.installation import Installation
from aiware_local.jobs.results import clip, offset_ms, results_of_tdo
from aiware_local.storage.store import Record
from aiware_local.tdos.transcripts import Word, speaker_of, words_of

SPEAKER_DETECTION = "a856c447-1030-4fb0-917f-08179f949c4e"
"""The category of the engines that detect speakers."""
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that UTF-8 or XML cannot hold, and controls that no reader expects in speech."""


@dataclass(frozen=True)
class Turn:
    """A time in which one person speaks, in milliseconds."""

    start_ms: int
    stop_ms: int
    speaker: str


def turns_of(document: Record) -> list[Turn]:
    """The turns in the vtn-standard document of a speaker detection engine."""
    return [
        Turn(entry["startTimeMs"], entry["stopTimeMs"], speaker)
        for entry in document.get("series") or []
        if (speaker := speaker_of(entry)) is not None
    ]


def with_speakers(words: Iterable[Word], turns: Iterable[Turn]) -> list[Word]:
    """The words in order, each with the speaker in whose turn most of it is; words in no turn stay as they are."""
    to_come = deque(sorted(turns, key=lambda turn: turn.start_ms))
    begun: list[Turn] = []
    spoken: list[Word] = []
    for word in sorted(words, key=lambda word: word.start_ms):
        while to_come and to_come[0].start_ms < _end(word):
            begun.append(to_come.popleft())
        begun = [turn for turn in begun if turn.stop_ms > word.start_ms]
        spoken.append(_spoken_in(word, begun))
    return spoken


def _spoken_in(word: Word, turns: list[Turn]) -> Word:
    best = max(turns, key=lambda turn: _overlap(word, turn), default=None)
    return replace(word, speaker=best.speaker) if best is not None and _overlap(word, best) > 0 else word


def _end(word: Word) -> int:
    """When a word ends; a word without length lasts a millisecond, so that it is in a turn."""
    return max(word.stop_ms, word.start_ms + 1)


def _overlap(word: Word, turn: Turn) -> int:
    return min(_end(word), turn.stop_ms) - max(word.start_ms, turn.start_ms)


class ExportError(Exception):
    """The export cannot be made; its status becomes failed."""


class _Choice(BaseModel):
    model_config = ConfigDict(extra="allow")
    word: str = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="allow")
    startTimeMs: int  # noqa: N815 - as vtn-standard has it
    stopTimeMs: int  # noqa: N815 - as vtn-standard has it
    words: list[_Choice] | None = None


_SERIES = TypeAdapter(list[_Entry])


@dataclass(frozen=True)
class Source:
    """What the engines of a TDO have found.

    Attributes:
        tdo_id: The TDO.
        documents: The newest vtn-standard document of each engine, cut to the asked span, by engine id.
        turns: Who speaks when, as the speaker detection engines of the request tell it.
    """

    tdo_id: str
    documents: dict[str, Record]
    turns: list[Turn]

    def words(self, document: Record) -> list[Word]:
        """What a document says, in words that every format can hold."""
        words = [word for spoken in words_of(document) if (word := _writable(spoken)).text]
        return with_speakers(words, self.turns) if self.turns else words


def source_of(installation: Installation, tdo: Record, span: Record, configs: list[Record], now: float) -> Source:
    """Gathers what the output configurations of a request can draw on.

    Raises:
        ExportError: A result is not a series with times.
    """
    start = offset_ms(tdo, span.get("startDate"), span.get("startOffsetMs"))
    stop = offset_ms(tdo, span.get("stopDate"), span.get("stopOffsetMs"))
    newest: dict[str, Record] = {}
    for result in results_of_tdo(installation, tdo["id"], now):
        newest.setdefault(result["engineId"], result["jsondata"])
    named = {engine for config in configs for engine in engines_of(installation, config, newest)}
    documents = {
        engine_id: clip(_checked(engine_id, document), start, stop)
        for engine_id, document in newest.items()
        if engine_id in named
    }
    turns = [
        replace(turn, speaker=_written(turn.speaker))
        for engine_id, document in documents.items()
        if _detects_speakers(installation, engine_id)
        for turn in turns_of(document)
    ]
    return Source(tdo["id"], documents, turns)


def engines_of(installation: Installation, config: Record, known: Iterable[str]) -> list[str]:
    """Which of the known engines an output configuration means; an engine wins over a category."""
    if config.get("engineId") is not None:
        return [engine_id for engine_id in known if engine_id == config["engineId"]]
    return [engine_id for engine_id in known if _category(installation, engine_id) == config["categoryId"]]


def _detects_speakers(installation: Installation, engine_id: str) -> bool:
    return bool(_category(installation, engine_id) == SPEAKER_DETECTION)


def _category(installation: Installation, engine_id: str) -> Any:
    engine = installation.catalogue.engine(engine_id)
    return None if engine is None else engine["categoryId"]


def _checked(engine_id: str, document: Record) -> Record:
    """The document; it may have come from outside, and be anything."""
    try:
        _SERIES.validate_python(document.get("series") or [])
    except ValidationError as error:
        first = error.errors()[0]
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in first["loc"])
        raise ExportError(f"the result of engine {engine_id} is unusable: series{where}: {first['msg']}") from error
    return document


def _writable(word: Word) -> Word:
    return replace(word, text=_written(word.text), speaker=_written(word.speaker or "") or None)


def _written(text: str) -> str:
    return " ".join(_UNWRITABLE.sub("", text).split())
