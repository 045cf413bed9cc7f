"""`python -m aiware_local.recognition.listener`: recognizes recordings one after another, with a model loaded once.

Each line of standard input is a request: a JSON object with `ffmpeg`, `path` and `speakers`. Each line of standard
output is an answer: `ready` or `unavailable` at the start, then for each request `words` of one piece after another,
and at its end `done` or `failed`. The process ends when its standard input is closed, in the middle of a recording too.
"""

from __future__ import annotations

import json
import os
import queue
import re
import sys
import threading
import time
from importlib.metadata import version
from importlib.util import find_spec
from itertools import zip_longest
from pathlib import Path
from typing import Any

from aiware_local.recognition.sound import RATE, NotSound, Piece, read_sound
from aiware_local.recognition.timing import spread_words

PACKAGE = "moonshine-voice"
MODULE = "moonshine_voice"
MODEL = "tiny-en"
_DOUBLED = re.compile(r"([,;:])\1+")


class Recognition:
    """The recognizer of the package, with the English model that it ships."""

    def __init__(self) -> None:
        # Here, so that the modules can be tested where the package is not installed.
        from moonshine_voice.moonshine_api import ModelArch
        from moonshine_voice.transcriber import Transcriber

        spec = find_spec(MODULE)
        if spec is None or spec.origin is None:
            raise ImportError(f"{MODULE} has no folder")
        model = Path(spec.origin).parent / "assets" / MODEL
        self._transcriber = Transcriber(model, ModelArch.TINY, options={"return_audio_data": "false"})

    def words(self, piece: Piece) -> list[tuple[str, int, int, str | None]]:
        """The words of a piece: text, start and end in milliseconds of the whole, and the speaker where one is told."""
        heard = self._transcriber.transcribe_without_streaming((piece.samples / 32768.0).tolist(), RATE)
        words: list[tuple[str, int, int, str | None]] = []
        for line, following in zip_longest(heard.lines, heard.lines[1:]):
            begin, end = line.start_time, line.start_time + line.duration
            end = end if following is None else min(end, following.start_time)
            said = _DOUBLED.sub(r"\1", line.text).split()
            start = round((piece.start / RATE + begin) * 1000)
            sound = piece.samples[int(begin * RATE) : int(end * RATE)]
            words += [
                (word, start + first, start + last, None)
                for word, (first, last) in zip(said, spread_words(said, sound), strict=True)
            ]
        return words


def serve(requests: queue.SimpleQueue[str], say: Any) -> None:
    """Answers requests one after another, for ever."""
    try:
        recognition = Recognition()
    # The package raises errors of its own, and those of its libraries.
    except Exception as error:  # noqa: BLE001
        say({"unavailable": f"{PACKAGE} cannot be used here: {error}"})
        return
    say({"ready": {"package": PACKAGE, "version": version(PACKAGE), "model": MODEL}})
    while True:
        request = json.loads(requests.get())
        started, seconds = time.monotonic(), 0.0
        try:
            for piece in read_sound(request["ffmpeg"], request["path"]):
                seconds = piece.stop / RATE
                say({"words": recognition.words(piece)})
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


if __name__ == "__main__":
    main()
