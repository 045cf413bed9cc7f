"""Runs made up for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from aiware_resources.report.run.measures import durations
from aiware_resources.report.run.model import (
    Export,
    Failure,
    File,
    Fleet,
    Job,
    Requests,
    Run,
    Task,
    Transcript,
    Update,
)

SPEECHMATICS = "c0e55cde-340b-44d7-bb42-2e0d65e98255"
BEGAN = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """A moment of the run."""
    return BEGAN + timedelta(seconds=seconds)


def job(name: str, status: str | None = "complete", /, start: float = 5, seconds: float = 60, **more: Any) -> Job:
    """A job with two tasks, the second of which ends as the job does."""
    tasks = (
        Task(id=f"{name}-1", engine="Webstream Adapter", status="complete", started=at(start), completed=at(start + 9)),
        Task(
            id=f"{name}-2",
            engine="Speechmatics",
            engine_id=SPEECHMATICS,
            status=status,
            started=at(start + 9),
            completed=at(start + seconds),
        ),
    )
    facts: dict[str, Any] = {
        "type": "Job",
        "id": f"26112909_{name}",
        "ran": True,
        "submitted": at(start - 4),
        "waited": 4.0,
        "started": at(start),
        "completed": at(start + seconds),
        "seconds": float(seconds),
        "tasks": tasks,
    }
    return Job(name=name, status=status, **(facts | more))


FAILED = Failure(
    reason="failed: Speechmatics (c0e55cde): invalid_data: no speech in it",
    remedy="The next `pulumi up` runs it again. `aiware jobs logs 26112909_storm -s dev` shows the whole log.",
    log=("09:00:59 started", "09:01:05 no speech in <stdin> & others"),
)
HEARD = (Transcript(engine=SPEECHMATICS, words=1234, confidence=0.914),)


def everything() -> Run:
    """A run with some of everything."""
    seconds = [float(each) for each in (3, 4, 7, 12, 12, 14, 65)]
    return Run(
        project="studio",
        stack="dev",
        made=at(600),
        update=Update(started=BEGAN, ended=at(400), result="failed"),
        requests=Requests(sent=1_204, refused=3, held=42.0),
        jobs=(
            job("council", media_seconds=180.0, media_source="TDO", tdo="460", tdo_name="Council", transcripts=HEARD),
            job("storm", "failed", start=20, seconds=31, failure=FAILED, transcripts=(), restarts=1),
            running(),
            job("old", start=-90_000, ran=False, media_seconds=125.0, media_source="result", transcripts=None),
            Job(name="purged", type="SingleEngineJob", id="26010101_purged"),
        ),
        fleets=(
            Fleet(
                name="episodes",
                type="JobFleet",
                jobs=10_000,
                statuses={"complete": 9_990, "failed": 9},
                not_shown=1,
                submitted=at(1),
                ran=12,
                measured=7,
                durations=durations(seconds),
                slowest=(job("episodes[ep-7]", start=30, seconds=65, type="JobFleet"),),
                failed=(job("episodes[ep-9]", "failed", start=40, type="JobFleet", failure=FAILED),),
            ),
        ),
        exports=(
            Export(name="captions", type="ExportRequest", id="d634", status="complete"),
            Export(
                name="subtitles",
                type="ExportRequest",
                id="d635",
                status="failed",
                failure=Failure(reason="export request d635 failed; aiWARE gives no reason.", remedy="Check its TDOs."),
            ),
        ),
        files=(
            File(
                path="out/dev/council.vtt",
                source="captions",
                size=53,
                sha256="de69" * 16,
                first_lines=("WEBVTT", "<i>Hm.</i>"),
            ),
            File(path="out/dev/results.json", source="council", size=1_234_567, sha256="ab12" * 16),
        ),
        not_known=("An update that was killed is not in the history.",),
    )


def running() -> Job:
    """A job that has not ended."""
    going = job("live", "running", start=90)
    tasks = (going.tasks[0], going.tasks[1].model_copy(update={"completed": None}))
    return going.model_copy(update={"completed": None, "seconds": None, "tasks": tasks})
