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
class Line:
    text: str
    start_time: float
    duration: float


@dataclass
class Transcript:
    lines: list[Line] = field(default_factory=list)


class Transcriber:
    def __init__(self, *_: Any, **__: Any) -> None:
        if "STAND_IN_BROKEN" in os.environ:
            raise RuntimeError("it does not go with this machine")
        note(f"loaded {os.getpid()}")

    def transcribe_without_streaming(self, audio: list[float], rate: int) -> Transcript:
        print("what a library prints")
        if (LOG.parent / "die").exists():
            os._exit(1)
        while (LOG.parent / "wait").exists():
            time.sleep(0.01)
        loud = [place / rate for place, value in enumerate(audio) if abs(value) > 0.1]
        return Transcript([Line("A noise,, twice.", loud[0], loud[-1] - loud[0])] if loud else [])
