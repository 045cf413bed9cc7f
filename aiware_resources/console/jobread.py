"""What the page of a job shows, without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from aiware_resources.api import Api, JobRecord, TaskRecord
from aiware_resources.api.redaction import secrets_of
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.dag.drawing import Drawing, draw
from aiware_resources.errors import ApiError
from aiware_resources.report.masking import masked
from aiware_resources.report.run.clean import clean
from aiware_resources.report.run.model import Job, Task
from aiware_resources.report.run.reading import taken, times_of

LOG = 400
"""So many lines of a log are shown, the last ones."""


@dataclass(frozen=True)
class TaskView:
    """A task.

    Attributes:
        record: What aiWARE says of it; nothing of its payload, output and log.
        engine: What people call its engine.
        reason: Why it failed.
        payload: Its payload as JSON; empty where there is none.
        output: What it gave back, as JSON.
        log: The end of its log.
        left_out: How many lines of the log come before.
    """

    record: TaskRecord
    engine: str
    reason: str
    payload: str
    output: str
    log: str
    left_out: int


@dataclass(frozen=True)
class JobView:
    """A job.

    Attributes:
        record: What aiWARE says of it.
        target: The name of its TDO; ``None`` where it has none, or is gone.
        tasks: Its tasks.
        config: Its configuration as JSON.
        can_be_retried: Whether it is in a state of failure, and its API starts jobs again.
    """

    record: JobRecord
    target: str | None
    tasks: tuple[TaskView, ...]
    config: str
    can_be_retried: bool

    @property
    def drawing(self) -> Drawing:
        """Its graph; each task is marked with its status."""
        tasks = [
            {"engineId": each.engine, "ioFolders": [folder.properties() for folder in each.record.io_folders]}
            for each in self.tasks
        ]
        routes = [route.properties() for route in self.record.routes]
        drawn = draw(tasks, routes)
        return Drawing(
            drawn.boxes, drawn.arrows, drawn.title, drawn.loose, tuple(t.record.status or "" for t in self.tasks)
        )

    @property
    def timed(self) -> Job:
        """It as the timeline of a report takes it."""
        started, completed = times_of(self.record)
        tasks = tuple(
            Task(
                id=each.record.id,
                engine=each.engine,
                status=each.record.status,
                started=each.record.started_date_time,
                completed=each.record.completed_date_time,
            )
            for each in self.tasks
        )
        return Job(
            name=self.record.name or self.record.id,
            type="Job",
            id=self.record.id,
            status=self.record.status,
            started=started,
            completed=completed,
            seconds=taken(self.record),
            tasks=tasks,
        )


def read_job(api: Api, job_id: str, secrets: Iterable[str]) -> JobView:
    """Reads a job.

    Args:
        api: Where it is.
        job_id: The job.
        secrets: Texts that nothing may quote.

    Raises:
        ApiError: It could not be read; or aiWARE has no such job.
    """
    record = api.job_details(job_id)
    hidden = {
        *secrets,
        *secrets_of([record.job_config, *(value for t in record.tasks for value in (t.payload, t.output))]),
    }
    tasks = tuple(_task(task, hidden) for task in record.tasks)
    can_be_retried = record.status in JOB_FAILED and api.abilities.retries_in_place
    name = None if record.name is None else clean(record.name, hidden)
    bare = record.model_copy(update={"name": name, "tasks": [task.record for task in tasks], "job_config": None})
    return JobView(bare, _target(api, record), tasks, _json(record.job_config, hidden), can_be_retried)


def _target(api: Api, record: JobRecord) -> str | None:
    if record.target is None:
        return None
    try:
        tdo = api.tdos([record.target.id], {}).get(record.target.id)
    except ApiError:
        # An API without TDOs, or a TDO that this token must not see: its id is enough.
        return record.target.id
    return (tdo.name if tdo else None) or record.target.id


def _task(task: TaskRecord, secrets: set[str]) -> TaskView:
    engine = (task.engine.name if task.engine else None) or task.engine_id or "?"
    reason = ": ".join(part for part in (task.failure_reason, task.failure_message) if part)
    lines = ((task.log.text if task.log else None) or "").splitlines()
    log = "\n".join(clean(lines[-LOG:], secrets))
    bare = {"payload": None, "output": None, "log": None, "failure_message": None}
    return TaskView(
        task.model_copy(update=bare),
        engine,
        clean(reason, secrets),
        _json(task.payload, secrets),
        _json(task.output, secrets),
        log,
        max(0, len(lines) - LOG),
    )


def _json(value: Any, secrets: Iterable[str]) -> str:
    if value in (None, {}, [], ""):
        return ""
    return json.dumps(clean(masked(value), secrets), indent=2, ensure_ascii=False)
