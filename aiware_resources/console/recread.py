"""What the page of a recording shows: its media, what engines made of it, its files and its jobs."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from statistics import fmean
from typing import Any

from aiware_resources.api import Api, AssetRecord, EngineResultRecord, JobRecord, TdoRecord
from aiware_resources.errors import NotFound
from aiware_resources.jobs.transcript import Turn, Word, text_of, turns_of
from aiware_resources.report.masking import masked
from aiware_resources.report.run.clean import clean

ASSETS = 200
"""So many files are listed, the newest ones."""
JOBS = 20
"""So many jobs are listed, the newest ones."""
_DATA = 20_000
"""Characters of a result without a text that are shown."""
_CUE_SECONDS, _CUE_CHARACTERS = 6.0, 74
"""How long a caption lasts at the most, and how many characters it has: two lines."""


@dataclass(frozen=True)
class Heard:
    """What one engine made of a recording.

    Attributes:
        engine: The engine's id.
        name: What people call it.
        turns: Who says what when.
        text: Another text; empty where there is none.
        data: The result as JSON, where it has no text.
    """

    engine: str
    name: str
    turns: tuple[Turn, ...] = ()
    text: str = ""
    data: str = ""

    @property
    def words(self) -> int:
        """How many words it has."""
        return sum(not word.is_mark for turn in self.turns for word in turn.words)

    @property
    def confidence(self) -> float | None:
        """The mean confidence of its words; ``None`` where it tells none."""
        known = [word.confidence for turn in self.turns for word in turn.words if word.confidence is not None]
        return fmean(known) if known else None


@dataclass(frozen=True)
class Recording:
    """A recording.

    Attributes:
        tdo: Its TDO.
        media: The asset to play; ``None`` where there is none that a browser plays.
        assets: Its files, the newest first.
        heard: What engines made of it; transcripts come first.
        jobs: Its jobs, the newest first.
    """

    tdo: TdoRecord
    media: AssetRecord | None
    assets: tuple[AssetRecord, ...]
    heard: tuple[Heard, ...]
    jobs: tuple[JobRecord, ...]


def read_recording(api: Api, tdo_id: str, secrets: Iterable[str], before: Recording | None = None) -> Recording:
    """Reads a recording.

    Args:
        api: Where it is.
        tdo_id: Its TDO.
        secrets: Texts that nothing may quote.
        before: What was read the last time: what engines made is read only when there are other files.

    Raises:
        ApiError: It could not be read; or aiWARE has no such TDO.
    """
    tdo = api.tdos([tdo_id]).get(tdo_id)
    if tdo is None:
        raise NotFound(f"aiWARE has no TDO {tdo_id} that this token can see.", remedy="Check the id.")
    assets = tuple(islice(api.assets(tdo_id), ASSETS))
    made_by = dict.fromkeys(
        asset.source_data.engine_id
        for asset in assets
        if asset.asset_type == "vtn-standard" and asset.source_data and asset.source_data.engine_id
    )
    if before is not None and before.assets == assets:
        heard = before.heard
    else:
        heard = tuple(read_heard(api, tdo_id, [id_ for id_ in made_by if id_], secrets))
    return Recording(tdo, playable(assets), assets, heard, tuple(islice(api.find_jobs(target_id=tdo_id), JOBS)))


def playable(assets: Sequence[AssetRecord]) -> AssetRecord | None:
    """The asset to play: a video before a sound, the media itself before what was made of it."""
    kinds = [
        (kind, is_media)
        for kind in ("video/", "audio/")
        for is_media in (lambda asset: asset.asset_type == "media", lambda asset: True)
    ]
    found = (
        each for kind, fits in kinds for each in assets if (each.content_type or "").startswith(kind) and fits(each)
    )
    return next(found, None)


def read_heard(api: Api, tdo_id: str, engine_ids: Sequence[str], secrets: Iterable[str] = ()) -> list[Heard]:
    """Reads what engines made of a recording; transcripts come first.

    Args:
        api: Where it is.
        tdo_id: Its TDO.
        engine_ids: The engines.
        secrets: Texts that nothing may quote.
    """
    if not engine_ids:
        return []
    results = sorted(api.engine_results(tdo_id=tdo_id, engine_ids=engine_ids), key=_place)
    names = api.engines(engine_ids)
    speakers = list(_speakers(results))
    found = []
    for engine_id, own in groupby(results, key=lambda each: each.engine_id or ""):
        documents = [each.jsondata for each in own]
        turns = tuple(turn for document in documents for turn in turns_of(document))
        text = "" if turns else "\n".join(filter(None, map(text_of, documents)))
        data = "" if turns or text else "\n".join(_json(document, secrets) for document in documents)
        name = (names[engine_id].name if engine_id in names else None) or engine_id
        found.append(Heard(engine_id, name, _attributed(turns, speakers), text, _cut(data)))
    return sorted(found, key=lambda each: (not each.turns, not each.text, each.name.casefold()))


def cues(turns: Iterable[Turn]) -> Iterator[tuple[float, float, str | None, str]]:
    """Captions: from when to when, in seconds, who speaks, and what is said."""
    for turn in turns:
        said: list[Word] = []
        for word in turn.words:
            text = Turn(None, [*said, word]).text
            is_full = len(text) > _CUE_CHARACTERS or word.stop - said[0].start > _CUE_SECONDS * 1000 if said else False
            if is_full and not word.is_mark:
                yield _cue(turn.speaker, said)
                said = []
            said.append(word)
        yield _cue(turn.speaker, said)


def webvtt(turns: Iterable[Turn]) -> str:
    """Captions as a WebVTT file."""
    parts = ["WEBVTT\n"]
    for start, stop, speaker, text in cues(turns):
        voice = f"<v {_escaped(speaker)}>" if speaker else ""
        parts.append(f"{_clock(start)} --> {_clock(stop)}\n{voice}{_escaped(text)}\n")
    return "\n".join(parts)


def _cue(speaker: str | None, words: Sequence[Word]) -> tuple[float, float, str | None, str]:
    start = words[0].start / 1000
    return start, max(max(word.stop for word in words) / 1000, start + 0.1), speaker, Turn(None, list(words)).text


def _clock(seconds: float) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    # An arrow in a line would make it the times of another caption.
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _place(result: EngineResultRecord) -> tuple[str, int]:
    return result.engine_id or "", result.start_offset_ms or 0


def _speakers(results: Iterable[EngineResultRecord]) -> Iterator[tuple[int, int, str]]:
    """When who speaks, by engines that tell nothing else."""
    for result in results:
        series = result.jsondata.get("series") if isinstance(result.jsondata, Mapping) else None
        for entry in series if isinstance(series, list) else []:
            found: Any = entry.get("object") if isinstance(entry, Mapping) else None
            if isinstance(found, Mapping) and found.get("type") == "speaker" and not entry.get("words"):
                start, stop = entry.get("startTimeMs"), entry.get("stopTimeMs")
                if isinstance(start, int) and isinstance(stop, int):
                    yield start, stop, str(found.get("label") or "unknown")


def _attributed(turns: tuple[Turn, ...], speakers: list[tuple[int, int, str]]) -> tuple[Turn, ...]:
    """Turns of nobody in particular, with the speakers that another engine found."""
    if not speakers or any(turn.speaker for turn in turns):
        return turns
    spans = sorted(speakers)
    starts = [start for start, _, _ in spans]

    def who(word: Word) -> str | None:
        index = bisect_right(starts, word.start) - 1
        return spans[index][2] if index >= 0 and word.start < spans[index][1] else None

    return tuple(Turn(name, list(said)) for turn in turns for name, said in groupby(turn.words, key=who))


def _json(document: Any, secrets: Iterable[str]) -> str:
    return json.dumps(clean(masked(document), secrets), indent=2, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _DATA else f"{text[:_DATA]}\n… ({len(text) - _DATA:,} characters more)"
