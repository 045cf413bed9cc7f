"""Fields of other types that lead to jobs and tasks: those of TDOs, assets, clusters and engines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ariadne import ObjectType

from aiware_local.installation.installation import Call, Info
from aiware_local.installation.lists import page, within
from aiware_local.jobs.jobs import select_jobs
from aiware_local.jobs.records import show_job, show_tasks
from aiware_local.jobs.single_engine import job_templates
from aiware_local.jobs.tasks import find_task, select_tasks
from aiware_local.storage.store import Record

TDO = ObjectType("TemporalDataObject")
TDO_SOURCE = ObjectType("TDOSourceData")
ASSET_SOURCE = ObjectType("AssetSourceData")
CLUSTER = ObjectType("Cluster")
ENGINE = ObjectType("Engine")

DAY_SECONDS = 24 * 60 * 60
"""Without a dateTimeFilter, a cluster's jobs and tasks are those of a day (source: Cluster in schema.graphql)."""
QUARTER_SECONDS = 90 * DAY_SECONDS
"""Without a dateTimeFilter, an engine's tasks are those of three months (source: Engine in schema.graphql)."""


@TDO.field("jobs")
def resolve_jobs_of_tdo(tdo: Record, info: Info, **args: Any) -> Record:
    return page(select_jobs(info.context, args, owner=tdo["id"]), args)


@TDO.field("tasks")
def resolve_tasks_of_tdo(tdo: Record, info: Info, **args: Any) -> Record:
    return page(select_tasks(_tasks(info.context, owner=tdo["id"]), args), args)


@TDO.field("engineRuns")
def resolve_engine_runs(tdo: Record, info: Info, **args: Any) -> Record:
    call = info.context
    runs = (
        {
            "engine": call.installation.catalogue.engine(task["engineId"]),
            "status": task["status"],
            "task": task,
            "hasUserEdits": False,
        }
        for task in _tasks(call, owner=tdo["id"])
    )
    return page(runs, args, default_limit=100)


@TDO_SOURCE.field("task")
@ASSET_SOURCE.field("task")
def resolve_source_task(source: Record, info: Info) -> Record | None:
    task_id = source.get("taskId")
    return None if task_id is None else find_task(info.context, task_id)


@CLUSTER.field("jobs")
def resolve_jobs_of_cluster(cluster: Record, info: Info, **args: Any) -> Record:
    call = info.context
    since = () if args.get("dateTimeFilter") else [(">=", call.now - DAY_SECONDS)]
    return page(select_jobs(call, {**args, "clusterId": cluster["id"]}, created=since), args)


@CLUSTER.field("tasks")
def resolve_tasks_of_cluster(cluster: Record, info: Info, **args: Any) -> Record:
    call = info.context
    since = () if args.get("dateTimeFilter") else [(">=", call.now - DAY_SECONDS)]
    jobs = select_jobs(call, {"clusterId": cluster["id"]}, created=since)
    return page(select_tasks((task for job in jobs for task in show_tasks(job)), args), args)


@ENGINE.field("tasks")
def resolve_tasks_of_engine(engine: Record, info: Info, **args: Any) -> Record:
    call = info.context
    since = () if any(args.get("dateTimeFilter") or ()) else [(">=", call.now - QUARTER_SECONDS)]
    tasks = (task for task in _tasks(call, created=since) if task["engineId"] == engine["id"])
    return page(select_tasks(tasks, args), args)


@ENGINE.field("taskMetrics")
def resolve_task_metrics(engine: Record, info: Info, **args: Any) -> Record:
    window = {"field": "createdDateTime", **args}
    tasks = (task for task in _tasks(info.context) if task["engineId"] == engine["id"])
    states = [task["status"] for task in tasks if within(task, [window])]
    names = {"complete": "completed"}
    return {
        f"{names.get(status, status)}Count": states.count(status)
        for status in ("cancelled", "complete", "failed", "pending", "queued", "running")
    }


@ENGINE.field("standaloneJobTemplates")
def resolve_job_templates(engine: Record, _: Info) -> list[Record]:
    return job_templates(engine)


def _tasks(call: Call, **scan: Any) -> Iterator[Record]:
    for job in call.store.scan("job", **scan):
        yield from show_tasks(show_job(job, call.now))
