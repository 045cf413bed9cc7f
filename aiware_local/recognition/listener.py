"""`python -m aiware_local.recognition.listener`: recognizes recordings one after another, with a model loaded once.

Each line of standard input is a request: a JSON object with `ffmpeg`, `path` and `speakers`. Each line of standard
output is an answer: `ready` or `unavailable` at the start, then for each request `words` of one piece after another,
and at its end `done` or `failed`. The process ends when its standard input is closed, in the middle of a recording too,
and when nothing is to be recognized for a while.
"""

from __future__ import annotations

import json
import os
import queue
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from aiware_local.recognition.sound import RATE, NotSound, Piece, read_sound
from aiware_local.recognition.timing import spread_words

PACKAGE = "moonshine-voice"
MODULE = "moonshine_voice"
MODEL = "tiny-en"
IDLE_SECONDS = 300
"""After this time without a request, the process ends."""
SILENCE_SECONDS = 1
"""Silence before and after a piece: without it the recognizer hears the end of the sound that it got before."""
SPEAKERS = {"identify_speakers": "true", "diarization_analyze_cadence": "10", "diarization_cluster_cadence": "10"}
"""The options that distinguish speakers, every ten seconds: by default it takes ten times as long."""
PIECES_AT_ONCE = 5
"""So many pieces are searched for speakers at once, about five minutes: it takes memory for all that it has heard."""
SHORTEST_TURN = 0.7
"""Seconds below which another speaker in the middle of a line is a mistake."""
SpokenWord = tuple[str, int, int, str | None]
"""Text, start and end in milliseconds of the whole, and the speaker where speakers are distinguished."""
_SILENCE = np.zeros(SILENCE_SECONDS * RATE)
_LOUDEST = 32768.0
_BLOCK = 10 * RATE
_AT_ONCE = 1
"""The flag that lets the recognizer look at all that it has got."""
_DOUBLED = re.compile(r"([,;:])\1+")


class Recognition:
    """The recognizer of the package, with the English model that it ships."""

    def __init__(self) -> None:
        self._plain = self._loaded({})
        self._distinguishing: Any = None

    def _loaded(self, options: dict[str, str]) -> Any:
        # Here, so that the modules can be tested where the package is not installed.
        from moonshine_voice.moonshine_api import ModelArch
        from moonshine_voice.transcriber import Transcriber

        spec = find_spec(MODULE)
        if spec is None or spec.origin is None:
            raise ImportError(f"{MODULE} has no folder")
        model = Path(spec.origin).parent / "assets" / MODEL
        return Transcriber(model, ModelArch.TINY, options={"return_audio_data": "false", **options})

    def words(self, pieces: Iterable[Piece]) -> Iterator[tuple[int, list[SpokenWord]]]:
        """Recognizes what is said, piece by piece.

        Yields:
            Where a piece ends, in samples, and its words.
        """
        for piece in pieces:
            sound = np.concatenate([_SILENCE, piece.samples / _LOUDEST, _SILENCE])
            heard = self._plain.transcribe_without_streaming(sound.tolist(), RATE)
            yield piece.stop, [word for word, _ in _words(heard.lines, piece, SILENCE_SECONDS)]

    def words_of_speakers(self, pieces: Iterable[Piece]) -> Iterator[tuple[int, list[SpokenWord]]]:
        """Recognizes what is said, and by whom, as `words` does. Speakers are numbered as they come."""
        if self._distinguishing is None:
            self._distinguishing = self._loaded(SPEAKERS)
        # The recognizer goes on counting from one recording to the next.
        numbers: dict[tuple[int, int], int] = {}
        pieces = iter(pieces)
        while part := list(islice(pieces, PIECES_AT_ONCE)):
            whole = Piece(part[0].start, np.concatenate([piece.samples for piece in part]))
            with self._distinguishing.create_stream(update_interval=float("inf"), transcribe_flags=_AT_ONCE) as stream:
                stream.start()
                for start in range(0, len(whole.samples), _BLOCK):
                    stream.add_audio((whole.samples[start : start + _BLOCK] / _LOUDEST).tolist(), RATE)
                stream.update_transcription(_AT_ONCE)
                lines = stream.stop().lines
            words = []
            for word, line in _words(lines, whole, 0):
                speaker = _speaker(line, (word[1] + word[2]) / 2000 - whole.start / RATE)
                number = None if speaker is None else numbers.setdefault((whole.start, speaker), len(numbers) + 1)
                words.append((*word[:3], None if number is None else f"Speaker {number}"))
            yield whole.stop, words


def _words(lines: Sequence[Any], piece: Piece, silence: float) -> Iterator[tuple[SpokenWord, Any]]:
    """The words of the lines that were heard in a piece, each with its line."""
    for line, following in zip_longest(lines, lines[1:]):
        stop = line.start_time + line.duration
        stop = stop if following is None else min(stop, following.start_time)
        begin, end = max(line.start_time - silence, 0.0), stop - silence
        said = _DOUBLED.sub(r"\1", line.text).split()
        start = round((piece.start / RATE + begin) * 1000)
        sound = piece.samples[int(begin * RATE) : int(end * RATE)]
        for word, (first, last) in zip(said, spread_words(said, sound), strict=True):
            yield (word, start + first, start + last, None), line


def _speaker(line: Any, moment: float) -> int | None:
    """Who speaks in a line at a moment, or else next to it."""
    spans = line.speaker_spans or []
    longer = [span for span in spans if span.duration >= SHORTEST_TURN] or spans

    def distance(span: Any) -> float:
        return float(max(span.start_time - moment, moment - span.start_time - span.duration, 0.0))

    return min(longer, key=distance).speaker_index if longer else None


def serve(requests: queue.SimpleQueue[str], say: Any) -> None:
    """Answers requests one after another, until none comes for a long time."""
    try:
        recognition = Recognition()
    # The package raises errors of its own, and those of its libraries.
    except Exception as error:  # noqa: BLE001
        say({"unavailable": f"{PACKAGE} cannot be used here: {error}"})
        return
    say({"ready": {"package": PACKAGE, "version": version(PACKAGE), "model": MODEL}})
    while True:
        try:
            request = json.loads(requests.get(timeout=IDLE_SECONDS))
        except queue.Empty:
            # The model takes memory.
            return
        started, seconds = time.monotonic(), 0.0
        try:
            recognize = recognition.words_of_speakers if request["speakers"] else recognition.words
            for stop, words in recognize(read_sound(request["ffmpeg"], request["path"])):
                seconds = stop / RATE
                say({"words": words})
        except NotSound as error:
            say({"failed": str(error)})
        else:
            say({"done": {"seconds": round(seconds, 3), "took": round(time.monotonic() - started, 3)}})


def main() -> None:
    """Serves until standard input is closed."""
    # What libraries print to standard output must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(answer: Any) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    requests: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            requests.put(line)
        # The recognizer cannot be interrupted.
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    serve(requests, say)
    # The thread that reads would not let the interpreter end in order.
    os._exit(0)


if __name__ == "__main__":
    main()
