import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOG = Path(os.environ["STAND_IN_LOG"])
"""Notes each process that loads the model."""


def note(text: str) -> None:
    with LOG.open("a") as log:
        log.write(f"{text}\n")


@dataclass
class Span:
    start_time: float
    duration: float
    speaker_index: int


@dataclass
class Line:
    text: str
    start_time: float
    duration: float
    speaker_spans: list[Span] | None = None


@dataclass
class Transcript:
    lines: list[Line] = field(default_factory=list)


class Transcriber:
    def __init__(self, *_: Any, **__: Any) -> None:
        if "STAND_IN_BROKEN" in os.environ:
            raise RuntimeError("it does not go with this machine")
        note(f"loaded {os.getpid()}")
        self.speakers = 0

    def transcribe_without_streaming(self, audio: list[float], rate: int) -> Transcript:
        print("what a library prints")
        if (LOG.parent / "die").exists():
            os._exit(1)
        while (LOG.parent / "wait").exists():
            time.sleep(0.01)
        loud = [place / rate for place, value in enumerate(audio) if abs(value) > 0.1]
        return Transcript([Line("A noise,, twice.", loud[0], loud[-1] - loud[0])] if loud else [])

    def create_stream(self, **_: Any) -> "Stream":
        return Stream(self)


class Stream:
    """The first half of what is loud is by one, the rest by another, but for a moment; each stream counts on."""

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber
        self._audio: list[float] = []

    def __enter__(self) -> "Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self._audio = []

    def start(self) -> None:
        pass

    def add_audio(self, audio: list[float], rate: int) -> None:
        self._audio += audio

    def update_transcription(self, flags: int) -> None:
        pass

    def stop(self) -> Transcript:
        heard = self._transcriber.transcribe_without_streaming(self._audio, 16_000)
        for line in heard.lines:
            start, half = line.start_time, line.duration / 2
            first = self._transcriber.speakers
            line.speaker_spans = [
                Span(start, half, first),
                Span(start + half, half, first + 1),
                Span(start, 0.1, first + 2),
            ]
            self._transcriber.speakers += 3
        return heard
