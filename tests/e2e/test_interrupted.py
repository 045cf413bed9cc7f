"""Interrupted runs: nothing is lost, nothing runs twice."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from tests.support.local import Local
from tests.support.project import Project, end_all, family, kill, until

SEVERAL = """
for number in range(3):
    graph = pipelines.transcription("file:examples/media/interview.mp4")
    tdo = TemporalDataObject(f"tdo-{number}", start_date_time=1574311000, stop_date_time=1574315000)
    Job(f"job-{number}", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)
"""

LAUNCHED = """
from aiware_resources import SingleEngineJob
SingleEngineJob("launched", engine_id=engines.SPEECHMATICS_ENGLISH, upload_url="file:examples/media/interview.mp4")
"""


def test_killed_while_waiting(project: Project, local: Local) -> None:
    local.behave(jobSeconds=8)
    project.program(SEVERAL)
    running = project.start("up", "--yes", "--skip-preview", forked=True)
    until(lambda: len(project.ids("Job")) == 3 and local.calls().get("job", 0) >= 3)
    kill(running)
    jobs = {job["id"] for job in local.objects()["jobs"]}

    project.pulumi("cancel", "--yes")
    project.up()
    assert {job["id"] for job in local.objects()["jobs"]} == jobs
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    assert project.ids("Job") == jobs
    assert local.mutations()["createJob"] == 3


def test_killed_before_the_state_was_written(project: Project, local: Local) -> None:
    """With `PULUMI_SKIP_CHECKPOINTS`, the state says nothing of what a killed run has made: aiWARE does."""
    project.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    local.behave(jobSeconds=8)
    project.program(f"{SEVERAL}\n{LAUNCHED}")
    running = project.start("up", "--yes", "--skip-preview", forked=True)
    until(lambda: "waiting for 4 objects" in log(project))
    kill(running)
    made = {kind: {each["id"] for each in local.objects()[kind]} for kind in ("jobs", "tdos")}
    assert project.state() == {}

    project.pulumi("cancel", "--yes")
    assert "which an interrupted run of this stack had made already" in project.up().output
    assert {kind: {each["id"] for each in local.objects()[kind]} for kind in made} == made
    assert project.ids("Job") | project.ids("SingleEngineJob") == made["jobs"]
    assert project.preview() == {}


def test_ctrl_c_ends_at_once_and_loses_nothing(project: Project, local: Local) -> None:
    local.behave(jobSeconds=300)
    project.program(SEVERAL)
    running = project.start("up", "--yes", "--skip-preview")
    until(lambda: len(project.ids("Job")) == 3 and "waiting for 3 objects" in log(project))
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=240) != 0
    output = (project.folder / "started.log").read_text()
    # That is said before: the engine shows little of what a program says after it was interrupted.
    assert "waiting for 3 objects; after an interruption `pulumi up` resumes the waiting" in output
    assert "Traceback" not in output
    assert len(project.ids("Job")) == 3


@contextmanager
def waiting(project: Project, local: Local) -> Iterator[tuple[subprocess.Popen[str], dict[str, list[psutil.Process]]]]:
    """An ``up`` that waits for its jobs: the engine, and what it has started, by what it is."""
    looks = local.calls().get("job", 0)
    engine = project.start("up", "--yes", "--skip-preview")
    started: list[psutil.Process] = []
    try:
        # A refresh looks at each job as well, and the program once before it waits.
        until(lambda: "waiting for 3 objects" in log(project) and local.calls()["job"] >= looks + 6)
        started = family(engine)
        yield engine, {kind: [each for each in started if words in command(each)] for kind, words in KINDS.items()}
    finally:
        end_all(started)
        kill_if_alive(engine)


KINDS = {
    "engine": "pulumi up",
    "language host": "pulumi-language-python 127",
    "program": "pulumi-language-python-exec",
    "shell": "pulumi-resource-pulumi-python",
    "provider host": "-m pulumi.dynamic",
}


def kill_if_alive(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        kill(process)


def command(process: psutil.Process) -> str:
    return " ".join(process.cmdline())


def log(project: Project) -> str:
    return (project.folder / "started.log").read_text()


def left(kinds: dict[str, list[psutil.Process]]) -> list[str]:
    """What has not ended of itself, after much more time than that takes."""
    _, alive = psutil.wait_procs([each for every in kinds.values() for each in every], timeout=60)
    return [command(each) for each in alive]


@pytest.fixture
def _signals_heeded() -> Iterator[None]:
    """What is started heeds the signals that `nohup`, or a shell's background, has it ignore."""
    before = {each: signal.signal(each, signal.SIG_DFL) for each in (signal.SIGHUP, signal.SIGQUIT)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.usefixtures("_signals_heeded")
def test_nothing_outlives_a_killed_engine(project: Project, local: Local) -> None:
    local.behave(jobSeconds=300)
    project.program(SEVERAL)
    for ending in (signal.SIGKILL, signal.SIGHUP, signal.SIGQUIT):
        with waiting(project, local) as (engine, kinds):
            assert all(kinds.values()), kinds
            engine.send_signal(ending)
            assert engine.wait(30) != 0
            assert left(kinds) == [], ending
        project.pulumi("cancel", "--yes")
    # After a refresh there were two provider hosts; this library is never called in one of them.
    assert len(kinds["provider host"]) == 2
    assert local.mutations()["createJob"] == 3


@pytest.mark.parametrize(
    ("victim", "ending"),
    [("engine", signal.SIGTERM), ("language host", signal.SIGKILL), ("program", signal.SIGKILL)],
)
def test_nothing_is_left_when_a_part_ends(project: Project, local: Local, victim: str, ending: signal.Signals) -> None:
    local.behave(jobSeconds=300)
    project.program(SEVERAL)
    with waiting(project, local) as (engine, kinds):
        for each in kinds[victim]:
            each.send_signal(ending)
        assert engine.wait(60) != 0
        assert left(kinds) == []
    assert "Traceback" not in log(project)


def test_what_is_left_behind_is_named_with_the_command_that_ends_it(project: Project, local: Local) -> None:
    """Pulumi's language host is left behind when all that would end it is killed as well."""
    local.behave(jobSeconds=300)
    project.program(SEVERAL)
    with waiting(project, local) as (engine, kinds):
        assert doctor_found(project, "processes")["status"] == "ok"
        assert doctor_found(project, "lock")["status"] == "ok"
        end_all([*kinds["program"], *kinds["provider host"], *kinds["engine"]])
        engine.wait(30)
        (language_host,) = kinds["language host"]
        found = doctor_found(project, "processes")
        assert (found["status"], found["seen"]) == ("warn", "a killed engine has left behind: 1 language host")
        assert found["remedy"] == f"End what is left: kill -9 {language_host.pid}"
        subprocess.run(found["remedy"].partition(": ")[2].split(), check=True)
        assert left(kinds) == []
        assert doctor_found(project, "processes")["status"] == "ok"
        lock = doctor_found(project, "lock")
        assert (lock["status"], lock["remedy"].startswith("pulumi cancel --stack ")) == ("fail", True)
        project.pulumi(*lock["remedy"].split()[1:], "--yes")


def doctor_found(project: Project, check: str) -> dict[str, Any]:
    """What `aiware doctor` says of processes, or of the lock of the stack."""
    done = project.aiware("doctor", "--json")
    (found,) = (each for each in json.loads(done.stdout)["findings"] if each["check"] == check)
    return dict(found)


def in_flight(local: Local) -> int:
    """How many of the three requests have met the fault that delays them."""
    return 3 - sum(int(fault.get("times", 1)) for fault in local.faults())


def test_killed_while_submitting(project: Project, local: Local) -> None:
    local.fault({"delaySeconds": 5}, operation="createJob", times=3)
    project.program(SEVERAL)
    running = project.start("up", "--yes", "--skip-preview", forked=True)
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
    """Two equal jobs on one TDO stay two."""
    for operation in ("createTDO", "createJob"):
        local.fault({"dropResponse": True}, operation=operation, times=2)
    local.fault({"refuse": True}, operation="createJob", times=1, after=2)
    project.program(SEVERAL + '\nJob("equal", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)\n')
    project.up()
    assert (len(local.objects()["tdos"]), len(local.objects()["jobs"])) == (3, 4)
    assert len(project.ids("Job")) == 4
    assert project.preview() == {}
