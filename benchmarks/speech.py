"""Recognition of speech: how much of it is right, how fast it is, and how much memory an hour of it takes.

`python -m benchmarks.speech RECORDING` has a recording recognized, and writes the figures as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from aiware_local.recognition.recognizer import Recognizer
from benchmarks.scene import scene
from tests.support.project import ROOT
from tests.support.speech import caption_text, script, word_error_rate

RECORDING = "city-council.mp4"
HOUR = 3600
MOST_WRONG = 0.1
"""The share of words that may be wrong."""
LEAST_FACTOR = 10
"""How many times faster than it is said speech is recognized at least, by two cores that do nothing else."""
CORES = 2
MOST_MIB = 600
"""The memory that an hour of speech may take."""

PROGRAM = f"""
Transcription("council", media_url="file:{RECORDING}", formats=["vtt"], download_to="out")
"""


@dataclass(frozen=True)
class Heard:
    """The recognition of one recording.

    Attributes:
        seconds: How long the recording is.
        took: How many seconds its recognition took.
        processor: How many seconds of processor time, with the start of the process and of ffmpeg.
        mib: The most memory that the process had.
    """

    seconds: float
    took: float
    processor: float
    mib: float

    @property
    def factor(self) -> float:
        """How many times faster than it was said, by the processor time: other work on the machine counts little."""
        return self.seconds / (self.processor / CORES)


@dataclass(frozen=True)
class Figures:
    """What was measured.

    Attributes:
        wrong: The share of words that are wrong in the captions that an update has written.
        up: Seconds of that update.
        load: How many processes wanted to run on the machine besides, on the average of the minute before.
        short: The recognition of the shipped recording.
        hour: That of an hour, made of the same recording again and again.
    """

    wrong: float
    up: float
    load: float
    short: Heard
    hour: Heard


def measure(say: Callable[[str], None]) -> Figures:
    """Measures all of it.

    Args:
        say: Told of each figure.
    """
    load = os.getloadavg()[0]
    media = ROOT / "examples" / "media" / RECORDING
    with scene(PROGRAM, recognition=True) as stage:
        shutil.copy(media, stage.project.folder)
        up = stage.up()
        wrong = word_error_rate(script(RECORDING), caption_text(stage.project.folder / "out" / "council.vtt"))
    say(f"captions of {RECORDING}: {wrong:.1%} of the words are wrong; {up:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        hour = Path(folder, "hour.m4a")
        loop = ["-stream_loop", "-1", "-i", str(media), "-t", str(HOUR), "-vn", "-c:a", "copy", str(hour)]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *loop], check=True)
        heard = []
        for recording in (media, hour):
            command = [sys.executable, "-m", "benchmarks.speech", str(recording)]
            heard.append(Heard(**json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)))
            say(f"{recording.name}: {heard[-1]}, {heard[-1].factor:.1f} times real time")
    return Figures(wrong, up, load, *heard)


def check(found: Figures) -> list[str]:
    """What is not as it has to be, a sentence each."""
    problems = []
    if found.wrong > MOST_WRONG:
        problems.append(f"{found.wrong:.1%} of the recognized words are wrong; {MOST_WRONG:.0%} may be")
    if found.short.factor < LEAST_FACTOR:
        problems.append(
            f"speech is recognized at {found.short.factor:.1f} times real time; {LEAST_FACTOR} is the least"
        )
    if found.hour.mib > MOST_MIB:
        problems.append(f"an hour of speech takes {found.hour.mib:.0f} MiB; {MOST_MIB} is the most")
    return problems


async def _recognize(recording: Path) -> tuple[float, float]:
    recognizer = Recognizer()
    heard = await recognizer.recognize(imageio_ffmpeg.get_ffmpeg_exe(), recording)
    await recognizer.close()
    return heard.seconds, heard.took


def _main(recording: Path) -> None:
    seconds, took = asyncio.run(_recognize(recording))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "seconds": seconds,
        "took": took,
        "processor": used.ru_utime + used.ru_stime,
        "mib": used.ru_maxrss / 1024,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
