"""Tasks: how one is read, its output and its log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ariadne import ObjectType

from aiware_local.engines.run import read_document
from aiware_local.installation.errors import not_found
from aiware_local.installation.installation import QUERY, Call, Info, Installation
from aiware_local.installation.lists import among, equals, within
from aiware_local.installation.scalars import format_datetime
from aiware_local.jobs.records import as_text, show_job, show_task
from aiware_local.storage.ids import job_of_task
from aiware_local.storage.store import Record

TASK = ObjectType("Task")


def find_task(call: Call, task_id: object) -> Record | None:
    """The task as it is now, or None."""
    job = call.store.get("job", job_of_task(str(task_id)))
    if job is None:
        return None
    orders = {task["id"]: task["order"] for task in job["_tasks"]}
    order = orders.get(str(task_id))
    return None if order is None else show_task(show_job(job, call.now), order)


def task_log(task: Record) -> list[str]:
    """The lines of a shown task's log."""
    lines = []
    if task["startedDateTime"] is not None:
        lines.append(f"{format_datetime(task['startedDateTime'])} Task {task['id']} started.")
    result = task["_task"]["_result"]
    if result is not None and task["status"] in ("complete", "failed"):
        lines += [f"{format_datetime(task['completedDateTime'])} {line}" for line in result["log"]]
    if task["completedDateTime"] is not None:
        lines.append(f"{format_datetime(task['completedDateTime'])} Task {task['id']} ended: {task['status']}.")
    return lines


def select_tasks(tasks: Iterable[Record], args: Mapping[str, Any]) -> Iterator[Record]:
    """The shown tasks that pass the filters of a tasks field. No task here has a source asset."""
    return (
        task
        for task in tasks
        if among(task["status"], args.get("status"))
        and equals(task["id"], args.get("id"))
        and among(task["targetId"], args.get("targetId"))
        and not args.get("hasSourceAsset")
        and within(task, args.get("dateTimeFilter"))
    )


@QUERY.field("task")
def resolve_task(_: Any, info: Info, **args: Any) -> Record:
    """One task, as it is now."""
    task = find_task(info.context, args["id"])
    if task is None:
        raise not_found("Task", str(args["id"]))
    return task


@TASK.field("name")
def resolve_name(task: Record, info: Info) -> str | None:
    engine = resolve_engine(task, info)
    return engine["name"] if engine else None


@TASK.field("engine")
def resolve_engine(task: Record, info: Info) -> Record | None:
    return info.context.installation.catalogue.engine(task["engineId"])


@TASK.field("job")
def resolve_job(task: Record, _: Info) -> Record:
    shown: Record = task["_shownJob"]
    return shown


@TASK.field("target")
def resolve_target(task: Record, info: Info) -> Record | None:
    return None if task["targetId"] is None else info.context.store.get("tdo", task["targetId"])


def task_output(installation: Installation, task: Record) -> Any:
    """What the engine of a shown task has put out; a document that was collected is not repeated here."""
    result = task["_task"]["_result"]
    if result is None or task["status"] != "complete":
        return None
    if result["document"] is not None and not result["collected"]:
        return read_document(installation, result["document"])
    return result["output"]


@TASK.field("output")
@TASK.field("taskOutput")
def resolve_output(task: Record, info: Info) -> Any:
    return task_output(info.context.installation, task)


@TASK.field("outputString")
def resolve_output_string(task: Record, info: Info) -> str | None:
    return as_text(resolve_output(task, info))


@TASK.field("taskPayload")
def resolve_task_payload(task: Record, _: Info) -> Any:
    return task["payload"]


@TASK.field("payloadString")
def resolve_payload_string(task: Record, _: Info) -> str | None:
    return as_text(task["payload"])


@TASK.field("executionPreferences")
def resolve_preferences(task: Record, _: Info) -> Record:
    preferences: Record = task["_task"]["executionPreferences"]
    return preferences


@TASK.field("notificationUris")
def resolve_notification_uris(task: Record, _: Info) -> list[str]:
    uris: list[str] = task["_task"].get("_notificationUris", [])
    return uris


@TASK.field("log")
def resolve_log(task: Record, info: Info) -> Record | None:
    if task["startedDateTime"] is None and task["completedDateTime"] is None:
        return None
    lines = task_log(task)
    uri = info.context.signed(f"/logs/{task['id']}")
    return {"uri": uri, "text": "\n".join(lines) + "\n", "jsondata": {"lines": lines}}


@TASK.field("parentTask")
def resolve_parent(task: Record, _: Info) -> Record | None:
    parents = task["_task"]["_parents"]
    return show_task(task["_shownJob"], parents[0]) if parents else None


@TASK.field("childTasks")
def resolve_children(task: Record, _: Info) -> list[Record]:
    tasks = task["_shownJob"]["_job"]["_tasks"]
    return [show_task(task["_shownJob"], other["order"]) for other in tasks if task["order"] in other["_parents"]]


@TASK.field("standbyTask")
def resolve_standby(task: Record, _: Info) -> Record | None:
    tasks = task["_shownJob"]["_job"]["_tasks"]
    found = (other["order"] for other in tasks if other["_standbyFor"] == task["order"])
    order = next(found, None)
    return None if order is None else show_task(task["_shownJob"], order)


@TASK.field("standbyForTask")
def resolve_standby_for(task: Record, _: Info) -> Record | None:
    order = task["_task"]["_standbyFor"]
    return None if order is None else show_task(task["_shownJob"], order)


@TASK.field("executionLocation")
def resolve_location(task: Record, _: Info) -> Record | None:
    location = task["executionLocationId"]
    if location is None:
        return None
    return {"id": location, "clusterId": task["_shownJob"]["clusterId"], "data": {}}
