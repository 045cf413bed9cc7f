"""The report of a run as plain values that all formats are made from. What is not known is ``None``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.text.words import counted


class Part(BaseModel):
    """Base of all parts: immutable, and in JSON under camelCase names."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Update(Part):
    """The last update of the stack, as Pulumi's history has it.

    Attributes:
        started: When it began, by the clock of the machine that ran it.
        ended: When it ended.
        result: How it ended: ``succeeded`` or ``failed``.
    """

    started: datetime
    ended: datetime | None = None
    result: str = ""


class Failure(Part):
    """Why something failed.

    Attributes:
        reason: As aiWARE tells it.
        remedy: What to do about it.
        log: The end of the log of the task that failed.
    """

    reason: str
    remedy: str
    log: tuple[str, ...] = ()


class Task(Part):
    """One engine run inside a job; the engine by its name, where it has one, and by its id."""

    id: str
    engine: str
    engine_id: str = ""
    status: str | None = None
    started: datetime | None = None
    completed: datetime | None = None


class Transcript(Part):
    """What one engine heard.

    Attributes:
        engine: The engine's id.
        words: How many words its result has.
        confidence: Their mean confidence, from 0 to 1; ``None`` where the result has none.
    """

    engine: str
    words: int
    confidence: float | None = None


class Job(Part):
    """A job.

    Attributes:
        name: Its name in the program; of a fleet's job with the key of its entry.
        type: The type of its resource.
        id: Its id in aiWARE.
        status: ``None`` when aiWARE does not show it.
        ran: Whether it ran in the last update; ``None`` where that is not known.
        submitted: When it was submitted, or started again.
        restarts: How often it was started again.
        tdo: The id of its TDO.
        tdo_name: The name of its TDO.
        waited: Seconds from its creation to the start of its first task.
        started: When its first task started.
        completed: When its last task completed.
        seconds: How long its tasks ran, from the first start to the last end.
        media_seconds: The length of the media.
        media_source: What tells that length: ``TDO`` or ``result``, which may end before the media does.
        tasks: Its tasks.
        transcripts: What its engines heard; ``None`` when its results were not read.
        failure: Why it failed.
    """

    name: str
    type: str
    id: str
    status: str | None = None
    ran: bool | None = None
    submitted: datetime | None = None
    restarts: int = 0
    tdo: str | None = None
    tdo_name: str | None = None
    waited: float | None = None
    started: datetime | None = None
    completed: datetime | None = None
    seconds: float | None = None
    media_seconds: float | None = None
    media_source: str | None = None
    tasks: tuple[Task, ...] = ()
    transcripts: tuple[Transcript, ...] | None = None
    failure: Failure | None = None

    @property
    def has_failed(self) -> bool:
        """Whether it ended without having done what it should."""
        return self.status in JOB_FAILED


class Bucket(Part):
    """The jobs of a fleet that took at least so many seconds, and fewer than so many."""

    least: float
    below: float
    jobs: int


class Durations(Part):
    """How long the jobs of a fleet took, in seconds."""

    jobs: int
    least: float
    median: float
    longest: float
    buckets: tuple[Bucket, ...]


class File(Part):
    """A file that an update wrote.

    Attributes:
        path: Where it is, from the folder of the project.
        source: The resource that it came from.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
        first_lines: How it begins, if it holds captions or text.
    """

    path: str
    source: str
    size: int
    sha256: str
    first_lines: tuple[str, ...] = ()


class Folder(Part):
    """The files of a fleet in a folder, however many there are.

    Attributes:
        path: The folder, from the folder of the project.
        files: How many there are, by their size as they were written.
        size: Their size in bytes.
        endings: How many there are of each ending.
        missing: How many the manifest tells of that are not there any more, or have another size.
        first: The first ones by name; their SHA-256 is that of the manifest.
    """

    path: str
    files: int
    size: int
    endings: dict[str, int]
    missing: int = 0
    first: tuple[File, ...] = ()


class Fleet(Part):
    """A fleet: counts and the jobs that stand out, however many it has.

    Attributes:
        name: Its name in the program.
        type: The type of its resource.
        jobs: How many jobs are recorded.
        statuses: How many of them have each status; those that aiWARE does not show are not among them.
        not_shown: How many aiWARE does not show.
        submitted: When the last of its jobs were submitted or started again.
        ran: How many ran in the last update; ``None`` where that is not known.
        measured: Of how many jobs the times were read, evenly spread over all.
        durations: How long those took; ``None`` when none has ended.
        slowest: Those that took longest, of the measured ones.
        failed: Failed ones, the first ones by key.
        failure: What could not be done for it: entries whose jobs aiWARE did not take.
        folders: Its captions and results on this machine.
    """

    name: str
    type: str
    jobs: int
    statuses: dict[str, int]
    not_shown: int = 0
    submitted: datetime | None = None
    ran: int | None = None
    measured: int = 0
    durations: Durations | None = None
    slowest: tuple[Job, ...] = ()
    failed: tuple[Job, ...] = ()
    failure: Failure | None = None
    folders: tuple[Folder, ...] = ()

    @property
    def failures(self) -> int:
        """How many of its jobs have failed."""
        return sum(count for status, count in self.statuses.items() if status in JOB_FAILED)


class Export(Part):
    """A resource that makes files and is not a job.

    Attributes:
        name: Its name in the program.
        type: The type of its resource.
        id: Its id in aiWARE.
        status: ``complete``, ``failed``, or how far it is; ``None`` when aiWARE does not show it.
        failure: Why it failed.
    """

    name: str
    type: str
    id: str
    status: str | None = None
    failure: Failure | None = None


class Requests(Part):
    """The requests to aiWARE during the last update, those of all processes of this user with the same token.

    Attributes:
        sent: How many were sent; one that was sent again counts twice.
        refused: How many of them were too many for the rate limit.
        held: For how many seconds requests were held back, as aiWARE or the user wanted; of several at a time the sum.
    """

    sent: int
    refused: int
    held: float


class Run(Part):
    """All of it.

    Attributes:
        project: Name of the Pulumi project.
        stack: Name of the stack.
        made: When the report was made.
        update: The last update; ``None`` where Pulumi's history has none.
        requests: The requests during the update; ``None`` where their number is not known.
        jobs: The jobs of the stack, without those of fleets.
        fleets: The fleets.
        exports: The exports.
        files: The files that are there, as they were written; those of fleets are told with these.
        not_known: What the report cannot tell, a sentence each.
    """

    project: str
    stack: str
    made: datetime
    update: Update | None = None
    requests: Requests | None = None
    jobs: tuple[Job, ...] = ()
    fleets: tuple[Fleet, ...] = ()
    exports: tuple[Export, ...] = ()
    files: tuple[File, ...] = ()
    not_known: tuple[str, ...] = ()

    def as_json(self) -> str:
        """All of it as JSON; the keys are described in docs/run-report.md."""
        content = {"summary": sentence(self), **self.model_dump(mode="json", by_alias=True)}
        return f"{json.dumps(content, indent=2, ensure_ascii=False)}\n"

    def failed(self) -> Iterator[Job | Fleet | Export]:
        """What failed, as far as it is listed."""
        yield from (job for job in self.jobs if job.failure)
        for fleet in self.fleets:
            yield from ([fleet] if fleet.failure else [])
            yield from fleet.failed
        yield from (export for export in self.exports if export.failure)


def sentence(run: Run) -> str:
    """Says what happened: ``2 jobs ran, 1 did not have to. 1 job failed``."""
    jobs = len(run.jobs) + sum(fleet.jobs for fleet in run.fleets)
    said = f"The stack has {counted(jobs, 'job')}" if jobs else "The stack has no jobs"
    if jobs and run.update is not None:
        ran = sum(job.ran is True for job in run.jobs) + sum(fleet.ran or 0 for fleet in run.fleets)
        unclear = sum(job.ran is None for job in run.jobs)
        unclear += sum(fleet.jobs for fleet in run.fleets if fleet.ran is None)
        idle = jobs - ran - unclear
        said = f"{counted(ran, 'job') if ran else 'No job'} ran"
        said += f", {idle:,} did not have to" if idle else ""
        said += f", of {unclear:,} it is not known" if unclear else ""
    counts = Counter(job=sum(job.has_failed for job in run.jobs) + sum(fleet.failures for fleet in run.fleets))
    counts["export"] = sum(export.failure is not None for export in run.exports)
    failed = " and ".join(counted(count, noun) for noun, count in counts.items() if count)
    return f"{said}. {failed} failed" if failed else said
