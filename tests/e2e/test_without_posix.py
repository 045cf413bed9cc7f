"""A program, its provider host and the local aiWARE on a Python that has nothing that POSIX alone has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiware_local import launcher
from tests.support.environment import NO_PLUGINS
from tests.support.no_posix import NO_POSIX
from tests.support.project import Project

PROGRAM = """
from aiware_resources import Job, pipelines

job = Job("job", target={}, dag=pipelines.transcription("file:talk.mp4"), results_to="results")
pulumi.export("status", job.status)
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project whose programs and provider hosts are processes of their own, as is the local aiWARE they start."""
    made = Project(tmp_path)
    made.environment["PYTHONPATH"] = os.pathsep.join([str(NO_POSIX), str(NO_PLUGINS)])
    yield made
    launcher.stop(data=made.data)


def test_a_job_runs_and_leaves_its_results(project: Project) -> None:
    (project.folder / "talk.mp4").write_bytes(b"media")
    project.program(PROGRAM)
    project.init()
    project.up()
    assert project.outputs()["status"] == "complete"
    assert list((project.folder / "results").glob("*.json"))
    assert project.told("local", "status")["running"] is True
    project.destroy()
    assert project.state() == {}
    assert project.aiware("local", "stop").stdout == "The local aiWARE has stopped.\n"
