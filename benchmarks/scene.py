"""Where one measurement takes place: a project, a state folder and a local aiWARE of its own, and the real engine."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.local import Local
from tests.support.project import ROOT, Project

LONGEST = 3600.0
"""Seconds that a Pulumi command may take."""

JOB_PROPERTIES = """
graph = pipelines.transcription("https://media.example/recording.mp4")
"""
OURS = (
    JOB_PROPERTIES
    + """
for number in range({count}):
    Job(f"job-{{number}}", target={{}}, dag=graph)
"""
)
NAIVE = (
    JOB_PROPERTIES
    + """
from benchmarks.naive.provider import NaiveJob
from benchmarks.properties import plain

for number in range({count}):
    NaiveJob(f"job-{{number}}", target={{}}, **plain(graph))
"""
)
FLOOR = (
    JOB_PROPERTIES
    + """
from benchmarks.floor.provider import Nothing
from benchmarks.properties import plain

for number in range({count}):
    Nothing(f"job-{{number}}", target={{}}, **plain(graph))
"""
)
BARE_FLOOR = """
from benchmarks.floor.provider import Nothing

for number in range({count}):
    Nothing(f"job-{{number}}")
"""


class BenchmarkError(Exception):
    """What was measured is not what was to be measured, or not what it has to be."""


@dataclass(frozen=True)
class Scene:
    """A project and its local aiWARE."""

    project: Project
    local: Local

    def up(self, *, quick: bool = False) -> float:
        """Runs ``pulumi up``.

        Args:
            quick: Save the state at the end only, where the time does not matter.

        Returns:
            Seconds that it took.
        """
        before = dict(self.project.environment)
        if quick:
            self.project.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
        try:
            return timed(self.project.up)[0]
        finally:
            self.project.environment = before

    def preview(self) -> float:
        """Runs ``pulumi preview``, which must find nothing to do.

        Returns:
            Seconds that it took.
        """
        seconds, steps = timed(self.project.preview)
        if steps:
            raise BenchmarkError(f"the preview finds something to do: {steps}")
        return seconds


@contextlib.contextmanager
def scene(program: str, *, recognition: bool = False, **behaviour: Any) -> Iterator[Scene]:
    """Sets a scene with the settings that a stack has when it sets none.

    Args:
        program: The Pulumi program.
        recognition: Whether the local aiWARE really recognizes speech.
        behaviour: How the local aiWARE behaves.
    """
    with tempfile.TemporaryDirectory(prefix="aiware-benchmark-") as folder:
        project = Project(Path(folder), LONGEST)
        # Where Python does not keep what it has compiled, each run compiles this library again, twice.
        project.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        # The tests look more often than a stack does.
        project.config(aiware__pollInterval=None)
        project.program(program)
        project.init()
        local = Local(project.data, project.folder, recognition=recognition)
        project.environment |= {
            "PYTHONPATH": str(ROOT),
            "NAIVE_URL": f"{local.server.url}/v3/graphql",
            "NAIVE_TOKEN": local.token,
        }
        try:
            if behaviour:
                local.behave(**behaviour)
            yield Scene(project, local)
        finally:
            local.stop()


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """Runs something and says how many seconds it took."""
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result
