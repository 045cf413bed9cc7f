"""One measured run: a project, a state folder and a local aiWARE of its own, and the real Pulumi engine."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.looks import Look, by_the_monitor, looks_at_jobs
from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
graph = pipelines.transcription("https://media.example/recording.mp4")
for number in range({jobs}):
    Job(f"job-{{number}}", target={{}}, tasks=graph.tasks, routes=graph.routes)
"""


class BenchmarkError(Exception):
    """What was measured is not what was to be measured."""


@dataclass(frozen=True)
class Run:
    """What one run took.

    Attributes:
        up: Seconds of the first ``pulumi up``.
        preview: Seconds of the preview after it, which finds nothing to do.
        requests: HTTP requests that aiWARE got during the up.
        monitor_requests: Those among them that the monitor sent.
        looks: The monitor's looks at the jobs during the up.
    """

    up: float
    preview: float
    requests: int
    monitor_requests: int
    looks: Sequence[Look]


def measure(jobs: int, job_seconds: float) -> Run:
    """Submits jobs and waits for them, with the settings that a stack has when it sets none.

    Args:
        jobs: How many, each a resource of its own.
        job_seconds: How long each one takes.

    Raises:
        AssertionError: When a Pulumi command fails.
        BenchmarkError: When a job is not complete, or the preview finds something to do.
    """
    with tempfile.TemporaryDirectory(prefix="aiware-benchmark-") as folder:
        project = Project(Path(folder))
        # The tests look more often than a stack does.
        project.config(aiware__pollInterval=None)
        project.program(PROGRAM.format(jobs=jobs))
        project.init()
        local = Local(project.data, project.folder)
        try:
            return _measured(project, local, jobs, job_seconds)
        finally:
            local.stop()


def _measured(project: Project, local: Local, jobs: int, job_seconds: float) -> Run:
    local.behave(jobSeconds=job_seconds)
    up, _ = _timed(project.up)
    log = json.loads(local.request_log())["requests"]
    requests = local.http_requests()
    statuses = [job["status"] for job in local.objects()["jobs"]]
    if statuses != ["complete"] * jobs:
        raise BenchmarkError(f"{statuses.count('complete')} of {jobs} jobs are complete after the up")
    preview, steps = _timed(project.preview)
    if steps:
        raise BenchmarkError(f"the preview after it finds something to do: {steps}")
    return Run(up, preview, requests, len(by_the_monitor(log)), looks_at_jobs(log))


def _timed(action: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result
