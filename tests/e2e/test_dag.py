"""Graphs drawn in a line, on the real engine."""

from __future__ import annotations

from tests.support import seed
from tests.support.local import Local
from tests.support.project import Project


def test_the_seeds_job_by_hand_and_in_a_line_are_one(project: Project, local: Local) -> None:
    project.program(seed.PROGRAM + '\nJob("job", target={}, tasks=tasks, routes=routes)\n')
    project.up()
    job = local.only("jobs")
    project.program(seed.DAG + '\nJob("job", target={}, dag=graph)\n')
    project.up()
    assert project.changes() == {}
    assert local.only("jobs")["id"] == job["id"]
    assert local.mutations() == {"createJob": 1}
