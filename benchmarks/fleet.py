"""A fleet on the real engine against a bare script: how long they take, and how much of it a second run repeats."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from aiware_resources import pipelines
from benchmarks.properties import plain
from benchmarks.scene import LONGEST, BenchmarkError, timed
from tests.support.local import Local
from tests.support.project import ROOT, STACK, Project

PROGRAM = """
import json

from aiware_resources import JobFleet, JobTemplate, media_value

media = json.loads(open("media.json").read())
fleet = JobFleet(
    "{name}",
    template=JobTemplate(
        dag=pipelines.transcription(media_value("url")), target={{"name": media_value("title")}}
    ),
    media=media,
    concurrency={concurrency},
)
pulumi.export("counts", fleet.counts)
"""

SAMPLE = 0.2
"""Seconds between two looks at the memory of processes."""

ROLES = {
    "pulumi-language-python-exec": "program",
    "pulumi.dynamic": "provider host",
    "pulumi-language-python": "language host",
}
"""What a process does, by a word of its command line; the first that is found counts."""


@dataclass(frozen=True)
class FleetFigures:
    """What a fleet of one size took.

    Attributes:
        jobs: How many jobs it has; each takes no time.
        up: Seconds of the first ``pulumi up``, which submits and awaits them all.
        requests: HTTP requests that aiWARE got during it.
        first: Seconds of the preview after it. Nothing to do, but it reads all jobs: none was recorded as complete yet.
        first_requests: HTTP requests during that.
        added: Seconds of an up with one more entry, which submits one job, and records that the others are complete.
        added_requests: HTTP requests during that.
        preview: Seconds of a preview after that, with nothing to do.
        preview_requests: HTTP requests during the preview.
        bare: Seconds of a script without Pulumi that submits as many jobs to the same aiWARE, and awaits them.
        new_requests: HTTP requests of the first up of a fleet with one entry, where there are all these jobs.
        state_bytes_a_job: Size of the state file for each job, less what the program itself passes (as compact JSON).
        passed_bytes_a_job: What the program passes for each job, as compact JSON.
        peak_mib: Most memory that each process had at once (resident), by what it does, in MiB.
    """

    jobs: int
    up: float
    requests: int
    first: float
    first_requests: int
    added: float
    added_requests: int
    preview: float
    preview_requests: int
    bare: float
    new_requests: int
    state_bytes_a_job: float
    passed_bytes_a_job: float
    peak_mib: Mapping[str, float]

    @property
    def over_the_script(self) -> float:
        """How many times as long as the script."""
        return self.up / self.bare


def measure(jobs: int, concurrency: int = 8) -> FleetFigures:
    """Submits a fleet, previews it, adds one entry, does the same by the script, and submits another fleet.

    Args:
        jobs: How many entries it has.
        concurrency: How many jobs are submitted side by side.

    Raises:
        BenchmarkError: When a command fails, a job is not complete, or a later run does more than it should.
    """
    with tempfile.TemporaryDirectory(prefix="aiware-benchmark-") as folder:
        project = Project(Path(folder), LONGEST)
        # The tests look more often than a stack does.
        project.config(aiware__pollInterval=None)
        project.program(PROGRAM.format(name="recordings", concurrency=concurrency))
        project.init()
        local = Local(project.data, project.folder)
        try:
            return _measured(project, local, jobs, concurrency)
        finally:
            local.stop()


def _measured(project: Project, local: Local, jobs: int, concurrency: int) -> FleetFigures:
    local.behave(jobSeconds=0)
    passed = _write_media(project, jobs)
    with _watched(local) as peaks:
        up, requests = _run(project, local, "up", "--yes", "--skip-preview")
        _expect(local, jobs)
        state = _state_file(project).stat().st_size
        first, first_requests = _run(project, local, "preview", "--expect-no-changes")
        _write_media(project, jobs + 1)
        added, added_requests = _run(project, local, "up", "--yes", "--skip-preview")
        preview, preview_requests = _run(project, local, "preview", "--expect-no-changes")
    _expect(local, jobs + 1)
    _write_media(project, jobs)
    bare, _ = timed(lambda: _script(project, local, concurrency))
    _expect(local, 2 * jobs + 1)
    _write_media(project, 1)
    project.program(PROGRAM.format(name="another", concurrency=concurrency))
    # The one that is there stays: it takes long to remove, and tells nothing.
    _, new_requests = _run(project, local, "up", "--yes", "--skip-preview", "--target", "**another")
    return FleetFigures(
        jobs=jobs,
        up=up,
        requests=requests,
        first=first,
        first_requests=first_requests,
        added=added,
        added_requests=added_requests,
        preview=preview,
        preview_requests=preview_requests,
        bare=bare,
        new_requests=new_requests,
        state_bytes_a_job=(state - passed) / jobs,
        passed_bytes_a_job=passed / jobs,
        peak_mib=peaks,
    )


def _write_media(project: Project, jobs: int) -> int:
    """Writes what the program reads, and says how many bytes that is."""
    media = {
        f"rec-{number:05}": {"url": f"https://media.example/{number:05}.mp4", "title": f"Recording {number:05}"}
        for number in range(jobs)
    }
    text = json.dumps(media, separators=(",", ":"))
    (project.folder / "media.json").write_text(text)
    return len(text)


def _script(project: Project, local: Local, concurrency: int) -> None:
    """Runs the script on what the program reads."""
    (project.folder / "tasks.json").write_text(json.dumps(plain(pipelines.transcription("URL"))))
    environment = {"PYTHONPATH": str(ROOT), "NAIVE_URL": f"{local.server.url}/v3/graphql", "NAIVE_TOKEN": local.token}
    command = [sys.executable, "-m", "benchmarks.naive.script", "media.json", "tasks.json", str(concurrency)]
    subprocess.run(command, cwd=project.folder, env=project.environment | environment, check=True, timeout=LONGEST)


def _run(project: Project, local: Local, *arguments: str) -> tuple[float, int]:
    """Runs a Pulumi command; how long it took, and the HTTP requests during it."""
    before = local.http_requests()
    started = time.perf_counter()
    with project.start(*arguments) as process:
        code = process.wait()
    seconds = time.perf_counter() - started
    if code:
        raise BenchmarkError((project.folder / "started.log").read_text())
    return seconds, local.http_requests() - before


def _expect(local: Local, jobs: int) -> None:
    calls = local.calls()
    if calls["createJob"] != jobs:
        raise BenchmarkError(f"{calls['createJob']} jobs were submitted, and there are {jobs} entries")
    answer = local.graphql("{ jobs(status: [pending, queued, running, failed, cancelled], limit: 1) { count } }")
    if answer["jobs"]["count"]:
        raise BenchmarkError("a job is not complete after the up")


def _state_file(project: Project) -> Path:
    (found,) = (project.folder / "state").rglob(f"stacks/**/{STACK}.json")
    return found


@contextmanager
def _watched(local: Local) -> Iterator[dict[str, float]]:
    """Notes the most memory that each process below this one, and the local aiWARE, has at once."""
    peaks: dict[str, float] = {}
    ended = threading.Event()
    server = psutil.Process(local.server.pid)

    def watch() -> None:
        while not ended.wait(SAMPLE):
            for process in [*psutil.Process().children(recursive=True), server]:
                role, size = _size(process, server.pid)
                if role is not None:
                    peaks[role] = max(peaks.get(role, 0), size)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peaks
    finally:
        ended.set()
        watching.join()


def _size(process: psutil.Process, server: int) -> tuple[str | None, float]:
    try:
        command = " ".join(process.cmdline())
        size = round(process.memory_info().rss / 2**20, 1)
    except psutil.NoSuchProcess:
        return None, 0
    if process.pid == server:
        return "local aiWARE", size
    role = next((role for word, role in ROLES.items() if word in command), None)
    return role or ("engine" if process.name() == "pulumi" else None), size


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or ["100"]):
        print(json.dumps(asdict(measure(size)), indent=2))
