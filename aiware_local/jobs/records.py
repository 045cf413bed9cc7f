"""Jobs as the store holds them: how one is made and started again, and its state at a moment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aiware_local.engines.speech import LISTENING
from aiware_local.installation.installation import ORGANIZATION_ID, Installation
from aiware_local.jobs.input import Graph
from aiware_local.jobs.lifecycle import BEFORE_THE_START, NEVER, Timeline
from aiware_local.storage.ids import new_job_id, new_task_id
from aiware_local.storage.store import OUTCOME, Record, Store, without_notes

MOST_NOTED = 20_000
"""So many jobs take some seconds, which the start of a server may take."""
STANDBY_LEVEL = 0.5
"""A standby task comes after the task that it stands by for, and before that one's children."""


def new_job(
    installation: Installation,
    args: Mapping[str, Any],
    tasks: Sequence[Record],
    graph: Graph,
    target_id: str | None,
    now: float,
) -> Record:
    """A job from a checked createJob input, not yet stored. Nothing of it has run.

    Args:
        installation: where it runs.
        args: the input.
        tasks: its tasks, checked and completed: engineId, payload, ioFolders, executionPreferences, standbyTask...
        graph: parents and levels of the tasks.
        target_id: the TDO that it works on; None for a job without one.
        now: seconds since the epoch.
    """
    job_id = new_job_id(now)
    records = [
        _new_task(job_id, place, task, graph.parents[place], graph.levels[place], None)
        for place, task in enumerate(tasks)
    ]
    for place in graph.in_turn:
        records[place]["_waitsForParents"] = True
    for main in list(records):
        _add_standby(records, job_id, main, main.pop("_standby"))
    job: Record = {
        "id": job_id,
        "name": args.get("name"),
        "description": None,
        "createdDateTime": now,
        "modifiedDateTime": now,
        "createdBy": installation.user_id,
        "modifiedBy": installation.user_id,
        "targetId": target_id,
        "clusterId": args.get("clusterId"),
        "jobConfig": args.get("jobConfig"),
        "templateId": args.get("jobTemplateId"),
        "scheduledJobId": args.get("scheduledJobId"),
        "applicationId": ORGANIZATION_ID,
        "routes": [{"options": {}, **_given(route)} for route in args.get("routes") or []],
        "_notificationUris": _uris(args),
        "_cancelledAt": None,
        "_tasks": records,
    }
    return start(installation, job, now)


def start(installation: Installation, job: Record, now: float) -> Record:
    """Starts a job, or starts it again: fixes how long its tasks take and which of them will fail."""
    behaviour = installation.behaviour
    job["_startedAt"] = now
    job["modifiedDateTime"] = now
    steps = {task["_level"] for task in job["_tasks"] if task["_standbyFor"] is None}
    share = behaviour.settings.job_seconds / len(steps)
    for task in job["_tasks"]:
        task["_seconds"] = behaviour.seconds(task["engineId"], share)
        task["_plannedFailure"] = behaviour.plan_failure(task["engineId"])
        task["_listens"] = _listens(installation, task)
        told = behaviour.settings.engines.get(task["engineId"])
        task["_lasts"] = told is not None and told.seconds is not None
        task["_result"] = None
    return job


def _listens(installation: Installation, task: Record) -> bool:
    """Whether the engine of a task may have to recognize speech, and so runs as long as that takes."""
    engine = installation.catalogue.engine(task["engineId"])
    is_able = installation.recognizer is not None and task["_plannedFailure"] is None
    return is_able and engine is not None and engine["_role"] in LISTENING


def save_job(store: Store, job: Record, timeline: Timeline | None = None) -> None:
    """Stores the job, with the time when its next engine run is due, and how and when it ends as far as that is fixed.

    Its timeline is computed unless it is known.
    """
    timeline = timeline or Timeline(job)
    due = [moment for moment, _ in timeline.next_tasks()]
    job[OUTCOME] = timeline.outcome()
    store.put("job", job, owner=job["targetId"], due=due[0] if due else None)


def note_outcomes(store: Store) -> None:
    """Stores how jobs have ended that an earlier version has stored without saying so: the newest ones, for a start."""
    with store.transaction():
        for job_id in store.without_outcome("job", MOST_NOTED):
            job = store.get("job", job_id)
            if job is not None:
                save_job(store, job)


def show_job(job: Record, now: float, timeline: Timeline | None = None) -> Record:
    """The job in the shape of the API, as it is at that moment; its timeline is computed unless it is known.

    That of a job with nothing more to come is left out: its tasks alone need it; see `timeline_of`.
    """
    status, _, changed = job.get(OUTCOME) or (None, None, NEVER)
    if now < changed:
        timeline = timeline or Timeline(job)
        status, changed = timeline.job_status(now), timeline.last_change(now)
    return {
        **without_notes(job),
        "status": status,
        "modifiedDateTime": max(job["modifiedDateTime"], changed),
        "sourceAssetId": None,
        "_job": job,
        "_timeline": timeline,
        "_now": now,
    }


def timeline_of(shown_job: Record) -> Timeline:
    """The timeline of a shown job."""
    if shown_job["_timeline"] is None:
        shown_job["_timeline"] = Timeline(shown_job["_job"])
    timeline: Timeline = shown_job["_timeline"]
    return timeline


def save_new_job(store: Store, job: Record) -> Record:
    """Stores a job that has just been started; the job as createJob and retryJob answer it: nothing has begun."""
    timeline = Timeline(job)
    save_job(store, job, timeline)
    return show_job(job, BEFORE_THE_START, timeline)


def show_tasks(shown_job: Record) -> list[Record]:
    """The tasks of a shown job, without those that only stand by."""
    tasks = shown_job["_job"]["_tasks"]
    return [show_task(shown_job, task["order"]) for task in tasks if task["_standbyFor"] is None]


def show_task(shown_job: Record, order: int) -> Record:
    """One task of a shown job in the shape of the API."""
    job, timeline, now = shown_job["_job"], timeline_of(shown_job), shown_job["_now"]
    task = job["_tasks"][order]
    window = timeline.windows[order]
    status = timeline.task_status(order, now)
    ended = timeline.ended_at() if status in ("aborted", "cancelled") else window.ended
    stop = min(now, ended)
    result = task["_result"] or {}
    failure = result.get("failure") if status == "failed" else None
    simulated = result.get("simulated") if status == "complete" else None
    return {
        "id": task["id"],
        "order": order,
        "description": None if simulated is None else f"simulated: {simulated}",
        "engineId": task["engineId"],
        "payload": task["payload"],
        "ioFolders": task["ioFolders"],
        "isClone": task["isClone"],
        "testTask": task["testTask"],
        "buildId": task["buildId"],
        "jobId": job["id"],
        "targetId": job["targetId"],
        "status": status,
        "createdDateTime": job["createdDateTime"],
        "modifiedDateTime": timeline.last_change(stop, [order]) if stop > BEFORE_THE_START else job["createdDateTime"],
        "queuedDateTime": window.queued if window.queued <= stop else None,
        "startedDateTime": window.started if window.started <= stop else None,
        "completedDateTime": ended if status in ("complete", "failed", "aborted", "cancelled") else None,
        "createdBy": job["createdBy"],
        "modifiedBy": job["modifiedBy"],
        "applicationId": job["applicationId"],
        "parentTaskId": job["_tasks"][task["_parents"][0]]["id"] if task["_parents"] else None,
        "childTaskIds": [other["id"] for other in job["_tasks"] if order in other["_parents"]],
        "failureReason": failure["reason"] if failure else None,
        "failureMessage": failure["message"] if failure else None,
        "templateId": job["templateId"],
        "executionLocationId": f"{task['id']}-location" if job["clusterId"] else None,
        "_task": task,
        "_shownJob": shown_job,
    }


def _new_task(
    job_id: str, order: int, task: Record, parents: list[int], level: float, standby_for: int | None
) -> Record:
    return {
        "id": new_task_id(job_id),
        "order": order,
        "engineId": task["engineId"],
        "payload": task["payload"],
        "ioFolders": [{"options": {}, **_given(folder)} for folder in task.get("ioFolders") or []],
        "isClone": bool(task.get("isClone")),
        "testTask": bool(task.get("testTask")),
        "buildId": task.get("buildId"),
        "executionPreferences": task["executionPreferences"],
        "_notificationUris": _uris(task),
        "_waitsForParents": bool(task["executionPreferences"].get("parentCompleteBeforeStarting")),
        "_parents": parents,
        "_level": level,
        "_standbyFor": standby_for,
        "_standby": task.get("standbyTask"),
    }


def _add_standby(records: list[Record], job_id: str, main: Record, standby: Record | None) -> None:
    """Adds the standby task of a task, and that one's own, and so on."""
    if standby is None:
        return
    level = main["_level"] + STANDBY_LEVEL * (1 - main["_level"] % 1)
    record = _new_task(job_id, len(records), standby, main["_parents"], level, main["order"])
    records.append(record)
    _add_standby(records, job_id, record, record.pop("_standby"))


def _uris(value: Mapping[str, Any]) -> list[str]:
    return [uri for uri in value.get("notificationUris") or [] if uri is not None]


def _given(value: Mapping[str, Any]) -> Record:
    return {key: item for key, item in value.items() if item is not None}


def as_text(value: Any) -> str | None:
    """A JSON value as text, None as None."""
    return None if value is None else json.dumps(value, ensure_ascii=False)
