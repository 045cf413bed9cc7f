"""Interrupted runs: nothing is lost, nothing runs twice."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from tests.support.local import Local
from tests.support.project import Project, kill

SEVERAL = """
for number in range(3):
    graph = pipelines.transcription("file:examples/media/city-council.mp4")
    tdo = TemporalDataObject(f"tdo-{number}", start_date_time=1574311000, stop_date_time=1574315000)
    Job(f"job-{number}", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)
"""


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not become so in time"
        time.sleep(0.05)


def test_killed_while_waiting(project: Project, local: Local) -> None:
    local.behave(jobSeconds=8)
    project.program(SEVERAL)
    running = project.start("up", "--yes", "--skip-preview")
    until(lambda: len(local.objects()["jobs"]) == 3 and local.calls().get("job", 0) >= 3)
    kill(running)
    jobs = {job["id"] for job in local.objects()["jobs"]}

    project.pulumi("cancel", "--yes")
    project.up()
    assert {job["id"] for job in local.objects()["jobs"]} == jobs
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    assert {resource["id"] for name, resource in project.state().items() if name.startswith("Job")} == jobs
    assert local.mutations()["createJob"] == 3
    assert project.preview() == {}


def test_ctrl_c_ends_at_once_and_loses_nothing(project: Project, local: Local) -> None:
    local.behave(jobSeconds=300)
    project.program(SEVERAL)
    running = project.start("up", "--yes", "--skip-preview")
    until(lambda: local.calls().get("job", 0) >= 3)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=30) != 0
    output = (project.folder / "started.log").read_text()
    # That is said before: the engine shows little of what a program says after it was interrupted.
    assert "waiting for 3 objects; after an interruption `pulumi up` resumes the waiting" in output
    assert "Traceback" not in output
    assert len([name for name in project.state() if name.startswith("Job")]) == 3


def in_flight(local: Local) -> int:
    """How many of the three requests have met the fault that delays them."""
    return 3 - sum(int(fault.get("times", 1)) for fault in local.faults())


def test_killed_while_submitting(project: Project, local: Local) -> None:
    local.fault({"delaySeconds": 5}, operation="createJob", times=3)
    project.program(SEVERAL)
    running = project.start("up", "--yes", "--skip-preview")
    until(lambda: len(local.objects()["tdos"]) == 3)
    until(lambda: in_flight(local) >= 1)
    kill(running)
    sent = in_flight(local)
    local.clear_faults()
    until(lambda: len(local.objects()["jobs"]) == sent)
    submitted = {job["id"] for job in local.objects()["jobs"]}

    project.pulumi("cancel", "--yes", fails=None)
    project.up()
    assert submitted <= {job["id"] for job in local.objects()["jobs"]}
    assert len(local.objects()["jobs"]) == 3
    assert project.preview() == {}


def test_answers_lost_on_the_way(project: Project, local: Local) -> None:
    for operation in ("createTDO", "createJob"):
        local.fault({"dropResponse": True}, operation=operation, times=2)
    local.fault({"refuse": True}, operation="createJob", times=1, after=2)
    project.program(SEVERAL)
    project.up()
    assert (len(local.objects()["tdos"]), len(local.objects()["jobs"])) == (3, 3)
    assert project.preview() == {}


def test_two_equal_jobs_stay_two(project: Project, local: Local) -> None:
    project.program(
        """
        tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
        for number in range(2):
            graph = pipelines.transcription("file:examples/media/city-council.mp4")
            Job(f"job-{number}", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)
        """
    )
    local.fault({"dropResponse": True}, operation="createJob", times=1)
    project.up()
    assert len(local.objects()["jobs"]) == 2
    assert len({resource["id"] for name, resource in project.state().items() if name.startswith("Job")}) == 2
