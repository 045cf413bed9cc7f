"""Jobs: createJob, cancelJob, retryJob, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ariadne import ObjectType

from aiware_local.installation.errors import ApiError, ErrorName, invalid_input, require_count
from aiware_local.installation.installation import MUTATION, ORGANIZATION_ID, QUERY, Call, Info
from aiware_local.installation.lists import among, bounds, equals, ordered, overlaps, page, paging_now, within
from aiware_local.jobs.input import (
    Graph,
    build_graph,
    checked_tasks,
    flat_tasks,
    require_addresses,
    require_media,
)
from aiware_local.jobs.lifecycle import JOB_ENDED
from aiware_local.jobs.records import new_job, save_job, save_new_job, show_job, show_tasks, start
from aiware_local.jobs.tasks import select_tasks
from aiware_local.storage.store import Record
from aiware_local.tdos.assets import add_assets, require_asset_inputs
from aiware_local.tdos.records import TARGET_LENGTH_SECONDS, new_tdo, remove_tdo

JOB = ObjectType("Job")
IN_STORE = frozenset({"targetId", "clusterId", "dateTimeFilter", "orderBy", "offset", "limit"})
"""The arguments of a list by creation that the store itself answers."""


def show_found_job(call: Call, job_id: object) -> Record:
    """The job as it is now.

    Raises:
        ApiError: not_found.
    """
    return show_job(call.find("job", "Job", job_id), call.now)


def select_jobs(call: Call, args: Mapping[str, Any], **scan: Any) -> Iterable[Record]:
    """The jobs that pass the filters of a jobs field, as they are now."""
    shown = (show_job(job, call.now) for job in call.store.scan("job", **scan))
    return ordered((job for job in shown if _passes(call, job, args)), args.get("orderBy"))


def page_of_jobs(call: Call, args: Mapping[str, Any], **scan: Any) -> Record:
    """A page of the jobs that pass the filters of a jobs field, as they are now.

    How a job is at the moment is computed for those of the page only, where that decides nothing: a list of thousands
    is read page by page.
    """
    if not _is_by_creation(args):
        return page(select_jobs(call, args, **scan), args)
    cluster = args.get("clusterId")
    scan |= {"cluster": None if cluster is None else str(cluster), "created": bounds(args.get("dateTimeFilter"))}
    statuses = _statuses(args)
    if statuses is not None:
        scan["outcomes"] = statuses, call.now
        return page(select_jobs(call, {**args, "orderBy": None}, **scan), args)
    offset, skip = args.get("offset") or 0, 0
    is_for_store = all(args[name] is None for name in args.keys() - IN_STORE)
    if offset > 0 and not paging_now().counts_all and is_for_store:
        skip = offset  # the store leaves them out without reading them
    jobs = call.store.scan("job", skip=skip, **scan)
    if not is_for_store:
        jobs = (job for job in jobs if _passes(call, {**job, "_job": job}, args))
    chosen = page(jobs, {**args, "offset": offset - skip})
    return {**chosen, "offset": offset, "records": [show_job(job, call.now) for job in chosen["records"]]}


@QUERY.field("job")
def resolve_job(_: Any, info: Info, **args: Any) -> Record:
    """One job, as it is now."""
    return show_found_job(info.context, args["id"])


@QUERY.field("jobs")
def resolve_jobs(_: Any, info: Info, **args: Any) -> Record:
    """Jobs by target, cluster, status, engine or time; newest first."""
    target = args.get("targetId")
    return page_of_jobs(info.context, args, owner=None if target is None else str(target))


@MUTATION.field("createJob")
async def resolve_create_job(_: Any, info: Info, **args: Any) -> Record:
    """Creates and queues a job, and the assets of its target; see `create_job`."""
    call, values = info.context, args.get("input")
    if values is None:
        raise invalid_input("createJob needs an input.")
    require_addresses(values.get("notificationUris"), "notificationUris")
    assets = (values.get("target") or {}).get("assets")
    require_asset_inputs(assets)
    shown = create_job(call, values)
    if not assets:
        return shown
    try:
        await add_assets(call, shown["targetId"], assets)
    except ApiError:
        call.store.delete("job", shown["id"])
        remove_tdo(call, call.find("tdo", "TemporalDataObject", shown["targetId"]))
        raise
    return shown


def create_job(call: Call, values: Mapping[str, Any], *, in_turn: bool = True) -> Record:
    """Creates and queues a job.

    Args:
        call: the request.
        values: the input.
        in_turn: whether tasks without ioFolders work one after another.

    Raises:
        ApiError: invalid_input for what does not fit together, not_found for a TDO, cluster, engine or template that is
            not there, not_allowed for another organization.
    """
    call.require_own_organization(values.get("organizationId"), "organizationId")
    target_id, target = values.get("targetId"), values.get("target")
    if target_id is not None and target is not None:
        raise invalid_input("Give either targetId (an existing TDO) or target (a new one); both are given.")
    if values.get("jobTemplateId") is not None:
        raise ApiError(
            ErrorName.NOT_IMPLEMENTED, "There are no job templates here: give tasks instead of jobTemplateId."
        )
    cluster_id = values.get("clusterId")
    cluster = None if cluster_id is None else call.find("cluster", "Cluster", cluster_id)
    require_count(values.get("retries"), "retries")
    tasks = checked_tasks(call, values, cluster)
    graph = _graph(tasks, values.get("routes") or [])
    graph = graph.one_after_another(tasks) if in_turn else graph
    if target is not None and not _has_media(target):
        require_media(tasks, call.installation.catalogue)
    with call.store.transaction():
        if target is not None:
            target_id = new_tdo(call, _with_times(call, target))["id"]
        elif target_id is not None:
            target_id = call.find("tdo", "TemporalDataObject", target_id)["id"]
        return save_new_job(call.store, new_job(call.installation, values, tasks, graph, target_id, call.now))


@MUTATION.field("cancelJob")
def resolve_cancel_job(_: Any, info: Info, **args: Any) -> Record:
    """Cancels a job that has not ended; it stays readable."""
    call = info.context
    job = call.find("job", "Job", args["id"])
    status = show_job(job, call.now)["status"]
    if status in JOB_ENDED:
        raise invalid_input(f"Job {job['id']} is {status} already; only an unfinished job can be cancelled.")
    job["_cancelledAt"] = job["modifiedDateTime"] = call.now
    save_job(call.store, job)
    return {"id": job["id"], "message": f"Job {job['id']} was cancelled."}


@MUTATION.field("retryJob")
def resolve_retry_job(_: Any, info: Info, **args: Any) -> Record:
    """Starts the original tasks of a failed job again, under their ids."""
    call = info.context
    job = call.find("job", "Job", args["id"])
    status = show_job(job, call.now)["status"]
    if status != "failed":
        raise invalid_input(f"Job {job['id']} is {status}; only a failed job can be retried.")
    if job["targetId"] is not None:
        call.find("tdo", "TemporalDataObject", job["targetId"])
    with call.store.transaction():
        return save_new_job(call.store, start(call.installation, job, call.now))


@JOB.field("tasks")
def resolve_tasks(job: Record, _: Info, **args: Any) -> Record:
    return page(select_tasks(show_tasks(job), args), args)


@JOB.field("target")
def resolve_target(job: Record, info: Info) -> Record | None:
    return None if job["targetId"] is None else info.context.store.get("tdo", job["targetId"])


def _has_media(target: Mapping[str, Any]) -> bool:
    return any("media" in (asset.get("assetType"), asset.get("type")) for asset in target.get("assets") or ())


def _with_times(call: Call, target: Mapping[str, Any]) -> dict[str, Any]:
    """The target with times where it gives none: from now on, and for a quarter of an hour."""
    start_time = target.get("startDateTime")
    begin = call.now if start_time is None else start_time
    stop_time = target.get("stopDateTime")
    end = begin + TARGET_LENGTH_SECONDS if stop_time is None else stop_time
    return {**target, "startDateTime": begin, "stopDateTime": end}


def _graph(tasks: list[Record], routes: list[Mapping[str, Any]]) -> Graph:
    """The graph of the tasks; a route must not lead to a standby task, which takes the place of its own."""
    everything = build_graph(flat_tasks(tasks), routes)
    for place in range(len(tasks), len(everything.parents)):
        if everything.parents[place] or any(place in parents for parents in everything.parents):
            raise invalid_input(
                "A route leads from or to a standby task; it must name the task that this one stands by for."
            )
    return Graph(everything.parents[: len(tasks)], everything.levels[: len(tasks)])


def _is_by_creation(args: Mapping[str, Any]) -> bool:
    """Whether a jobs field asks for no times but those of creation, and the newest first, as the store gives them."""
    times = {str(window["field"]) for window in args.get("dateTimeFilter") or ()}
    order = [(str(key["field"]), key.get("direction")) for key in args.get("orderBy") or () if key]
    return times <= {"createdDateTime"} and order in ([], [("createdDateTime", "desc")])


def _statuses(args: Mapping[str, Any]) -> frozenset[str] | None:
    """The statuses that pass the filters of a jobs field; None where all do."""
    statuses, status = args.get("status"), args.get("applicationStatus")
    if status is None:
        return frozenset(map(str, statuses)) if statuses else None
    return frozenset({str(status)} if among(status, statuses) else ())


def _passes(call: Call, job: Record, args: Mapping[str, Any]) -> bool:
    return (
        equals(job["id"], args.get("id"))
        and equals(job["targetId"], args.get("targetId"))
        and equals(job["clusterId"], args.get("clusterId"))
        and equals(ORGANIZATION_ID, args.get("applicationId"))
        and equals(job.get("status"), args.get("applicationStatus"))
        and among(job.get("status"), args.get("status"))
        and among(ORGANIZATION_ID, args.get("applicationIds"))
        and among(job["scheduledJobId"], args.get("scheduledJobIds"))
        and equals(job["targetId"] is not None, args.get("hasTargetTDO"))
        and equals(job["scheduledJobId"] is not None, args.get("hasScheduledJobId"))
        and within(job, args.get("dateTimeFilter"))
        and _has_engine(call, job, args)
    )


def _has_engine(call: Call, job: Record, args: Mapping[str, Any]) -> bool:
    engines, categories = args.get("engineIds"), args.get("engineCategoryIds")
    if not engines and not categories:
        return True
    used = [task["engineId"] for task in job["_job"]["_tasks"]]
    known = map(call.installation.catalogue.engine, used)
    of_category = [engine["categoryId"] for engine in known if engine is not None]
    return overlaps(used, engines) and overlaps(of_category, categories)
