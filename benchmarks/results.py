"""The figures of all benchmarks, as ``results.json`` keeps them, so that one can be measured again by itself."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Self

from pydantic import BaseModel

from benchmarks import against_naive, console, fleets, previews, speech, waiting
from benchmarks.against_naive import Figures as NaiveFigures
from benchmarks.checkpoints import Figures as CheckpointFigures
from benchmarks.console import Figures as ConsoleFigures
from benchmarks.fleet import FleetFigures
from benchmarks.previews import Figures as PreviewFigures
from benchmarks.speech import Figures as SpeechFigures
from benchmarks.waiting import Figures as WaitingFigures

FILE = Path(__file__).with_name("results.json")


class Results(BaseModel):
    """What was measured.

    Attributes:
        waiting: What waiting adds.
        naive: Against a provider that waits inside ``create``.
        checkpoints: With the state written after every step, and at the end only.
        fleet: Fleets.
        previews: Previews that find nothing to do.
        speech: The recognition of speech.
        console: The first page of the console.
        machine: Where it was measured last.
    """

    waiting: WaitingFigures | None = None
    naive: list[NaiveFigures] = []
    checkpoints: list[CheckpointFigures] = []
    fleet: list[FleetFigures] = []
    previews: list[PreviewFigures] = []
    speech: SpeechFigures | None = None
    console: list[ConsoleFigures] = []
    machine: str = ""

    @classmethod
    def load(cls) -> Self:
        """Those of earlier runs; nothing where there are none."""
        return cls.model_validate_json(FILE.read_text()) if FILE.exists() else cls()

    def save(self) -> None:
        """Keeps them."""
        FILE.write_text(self.model_dump_json(indent=1) + "\n")

    def problems(self) -> list[str]:
        """What is not as it has to be, a sentence each."""
        return [
            *(waiting.check(self.waiting) if self.waiting else []),
            *(against_naive.check(self.naive) if self.naive else []),
            *(fleets.check(self.fleet) if self.fleet else []),
            *(previews.check(self.previews) if self.previews else []),
            *(speech.check(self.speech) if self.speech else []),
            *console.check(self.console),
        ]


def this_machine() -> str:
    """The machine and the versions that matter."""
    machine = f"{os.cpu_count()} cores ({platform.system()}, {platform.machine()})"
    return f"{machine}, Python {platform.python_version()}, Pulumi {version('pulumi')}"
