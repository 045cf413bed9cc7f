"""The page of a recording: a player, what engines made of the recording beside it, and its files to download."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from fastapi import Depends
from nicegui import ui
from nicegui.element import Element

from aiware_resources.api import AssetRecord, JobRecord
from aiware_resources.console import media
from aiware_resources.console.elements import element
from aiware_resources.console.frame import Console, Frame, framed, page
from aiware_resources.console.places import Place
from aiware_resources.console.recread import Heard, Recording, read_recording
from aiware_resources.console.table import Column, Row, Table, link, status, text, when
from aiware_resources.jobs.transcript import Turn
from aiware_resources.report.run.words import moment, size
from aiware_resources.text.words import counted

STYLE = resources.files("aiware_resources.console").joinpath("recording.css").read_text(encoding="utf-8")
UNSURE = 0.7
"""A word of which the engine is less sure is marked."""
_VOICES = 6
"""So many speakers have a color of their own."""
_FILES = (
    Column("name", "File", "wide"),
    Column("kind", "Kind"),
    Column("type", "Content"),
    Column("size", "Size", "number"),
    Column("created", "Made (UTC)"),
)
_JOBS = (
    Column("job", "Job", "wide"),
    Column("status", "Status"),
    Column("created", "Created (UTC)"),
)


def add(console: Console) -> None:
    """Adds the page, and the addresses of what it plays."""
    media.add(console)
    ui.add_css(STYLE, shared=True)

    @page("/{place}/recordings/{tdo_id}")
    async def recording(tdo_id: str, where: Place = Depends(console.place)) -> None:
        with framed(console, where, "recordings", f"Recording {tdo_id}", heading=False) as frame:
            await _Page(frame, tdo_id).make()


class Player(Element, component="player.js"):
    """Plays a recording, with results of engines beside it."""

    def show(self, **new: Any) -> None:
        """Shows something; the browser is told only when it differs, since what plays must go on."""
        if any(self._props.get(name) != value for name, value in new.items()):
            self._props |= new
            self.update()


class _Page:
    """The content of one page."""

    def __init__(self, frame: Frame, tdo_id: str) -> None:
        self._frame = frame
        self._tdo_id = tdo_id
        self._before: Recording | None = None

    async def make(self) -> None:
        """Makes the content, and keeps it up to date."""
        with element("div", class_="heading"):
            self._name = element("h1", f"Recording {self._tdo_id}")
        self._facts = element("p", class_="facts")
        self._player = Player()
        self._player.show(title="", media="", kind="video", tabs=[])
        element("h2", "Files")
        self._files = Table("Files of the recording", _FILES)
        element("h2", "Jobs")
        self._jobs = Table("Jobs on the recording, the newest ones", _JOBS)
        await self._frame.watch(("recording", self._tdo_id), self._read, self._show)

    def _read(self) -> Recording:
        place = self._frame.place
        self._before = read_recording(place.api(), self._tdo_id, place.secrets(), self._before)
        return self._before

    def _show(self, found: Recording) -> None:
        name = found.tdo.name or f"Recording {found.tdo.id}"
        self._name.text = name
        made = found.tdo.created_date_time
        self._facts.text = f"TDO {found.tdo.id}" + (f", made {moment(made)}" if made else "")
        self._player.show(
            title=name,
            media=self._frame.address("assets", found.media.id) if found.media else "",
            kind=(found.media.content_type or "").partition("/")[0] if found.media else "video",
            tabs=[tab(each, self._captions(each)) for each in found.heard],
        )
        self._files.show([self._file(each) for each in found.assets])
        self._jobs.show([self._job(each) for each in found.jobs])

    def _captions(self, heard: Heard) -> str:
        return self._frame.address("recordings", self._tdo_id, "captions", f"{heard.engine}.vtt")

    def _file(self, asset: AssetRecord) -> Row:
        known = asset.file_data.size if asset.file_data else None
        return {
            "key": asset.id,
            "name": link(asset.name or asset.id, self._frame.address("assets", asset.id, download="1"), asset.id),
            "kind": text(asset.asset_type or ""),
            "type": text(asset.content_type or ""),
            "size": text(size(known) if known is not None else ""),
            "created": when(asset.created_date_time),
        }

    def _job(self, job: JobRecord) -> Row:
        return {
            "key": job.id,
            "job": link(job.name or job.id, self._frame.address("jobs", job.id), job.id if job.name else ""),
            "status": status(job.status),
            "created": when(job.created_date_time),
        }


def tab(heard: Heard, captions: str) -> Mapping[str, Any]:
    """What the player is told of a result.

    Args:
        heard: The result.
        captions: The address of its captions.
    """
    voices: dict[str, int] = {}
    turns = [_turn(each, voices) for each in heard.turns]
    return {
        "id": heard.engine,
        "name": heard.name,
        "facts": ", ".join(_facts(heard, len(voices))),
        "captions": captions if turns else "",
        "turns": turns,
        "text": heard.text,
        "data": heard.data,
    }


def _facts(heard: Heard, voices: int) -> Iterator[str]:
    if heard.turns:
        yield counted(heard.words, "word")
        if voices:
            yield counted(voices, "speaker")
        if heard.confidence is not None:
            yield f"confidence {heard.confidence:.2f}"
            unsure = sum(bool(_doubt(word.confidence)) for turn in heard.turns for word in turn.words)
            if unsure:
                yield f"{unsure:,} below {UNSURE} underlined"
    yield heard.engine


def _turn(turn: Turn, voices: dict[str, int]) -> Mapping[str, Any]:
    if turn.speaker:
        voices.setdefault(turn.speaker, len(voices))
    return {
        "at": _clock(turn.words[0].start),
        "speaker": turn.speaker,
        "voice": voices[turn.speaker] % _VOICES if turn.speaker else 0,
        # The moment in seconds, the word, whether it is unsure, and what comes before it.
        "words": [
            [word.start / 1000, word.text, _doubt(word.confidence), "" if word.is_mark or not index else " "]
            for index, word in enumerate(turn.words)
        ],
    }


def _doubt(confidence: float | None) -> str:
    return f"confidence {confidence:.2f}" if confidence is not None and confidence < UNSURE else ""


def _clock(milliseconds: int) -> str:
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
