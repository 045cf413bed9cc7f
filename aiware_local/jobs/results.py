"""engineResults: what engines have found, by job or by TDO, wherever it is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ariadne import ObjectType

from aiware_local.engines.run import read_document
from aiware_local.installation.errors import ApiError, ErrorName, invalid_input
from aiware_local.installation.installation import QUERY, Call, Info, Installation
from aiware_local.installation.lists import among
from aiware_local.jobs.records import show_job, show_task
from aiware_local.storage.store import Record
from aiware_local.tdos.records import assets_of

RESULT = ObjectType("EngineResult")


def results_of_tdo(installation: Installation, tdo_id: str, now: float) -> Iterator[Record]:
    """The results of a TDO: those that it has as assets, then those on tasks.

    Each has tdoId, engineId, taskId, assetId (None on a task), userEdited and jsondata.
    """
    for asset in assets_of(installation.store, tdo_id):
        result = _asset_result(installation, asset)
        if result is not None:
            yield result
    for job in installation.store.scan("job", owner=tdo_id):
        yield from _task_results(installation, job, now)


def clip(document: Record, start_ms: int | None, stop_ms: int | None) -> Record:
    """The document with those entries of its series alone that overlap a span of milliseconds."""
    if "series" not in document or (start_ms is None and stop_ms is None):
        return document
    kept = [
        entry
        for entry in document["series"]
        if (start_ms is None or entry["stopTimeMs"] > start_ms) and (stop_ms is None or entry["startTimeMs"] < stop_ms)
    ]
    return {**document, "series": kept}


@QUERY.field("engineResults")
def resolve_engine_results(_: Any, info: Info, **args: Any) -> Record:
    """Results by job, or by TDO and engines."""
    call = info.context
    for name in ("sourceId", "mentionId"):
        if args.get(name) is not None:
            raise ApiError(ErrorName.NOT_IMPLEMENTED, f"engineResults by {name} is not available here.")
    job_id, tdo_id = args.get("jobId"), args.get("tdoId")
    if job_id is None and tdo_id is None:
        raise invalid_input("Give jobId, or tdoId together with engineIds or engineCategoryIds.")
    if job_id is None and not args.get("engineIds") and not args.get("engineCategoryIds"):
        raise invalid_input("With tdoId, give engineIds or engineCategoryIds as well.")
    results = _results_of_job(call, job_id) if job_id is not None else _results_of_tdo(call, args)
    chosen = [result for result in results if _passes(call, result, args)]
    return {"sourceId": None, "records": [shown for result in chosen if (shown := _clipped(call, result, args))]}


@RESULT.field("tdo")
def resolve_tdo(result: Record, info: Info) -> Record | None:
    return info.context.store.get("tdo", result["tdoId"])


def _results_of_job(call: Call, job_id: Any) -> list[Record]:
    job = call.find("job", "Job", job_id)
    tasks = {task["id"] for task in job["_tasks"]}
    if job["targetId"] is None:
        return []  # a result names its TDO
    results = results_of_tdo(call.installation, job["targetId"], call.now)
    return [result for result in results if result["taskId"] in tasks]


def _results_of_tdo(call: Call, args: Mapping[str, Any]) -> list[Record]:
    tdo = call.find("tdo", "TemporalDataObject", args["tdoId"])
    found = list(results_of_tdo(call.installation, tdo["id"], call.now))
    fallback = args.get("fallbackTdoId")
    if not any(_passes(call, result, args) for result in found) and fallback is not None:
        other = call.find("tdo", "TemporalDataObject", fallback)
        found = list(results_of_tdo(call.installation, other["id"], call.now))
    return found


def _asset_result(installation: Installation, asset: Record) -> Record | None:
    """The result that an asset holds; None if it is of another type, was cleaned up, or is not a JSON object."""
    if asset["assetType"] != "vtn-standard" or asset["_file"] is None:
        return None
    try:
        document = json.loads(installation.files.path(asset["_file"]).read_bytes())
    except ValueError:
        return None
    if not isinstance(document, dict):
        return None
    source = asset["sourceData"]
    return {
        "tdoId": asset["containerId"],
        "engineId": source.get("engineId") or document.get("sourceEngineId") or "",
        "taskId": source.get("taskId"),
        "assetId": asset["id"],
        "userEdited": asset["isUserEdited"],
        "jsondata": document,
    }


def _task_results(installation: Installation, job: Record, now: float) -> Iterator[Record]:
    shown = show_job(job, now)
    for order in range(len(job["_tasks"])):
        task = show_task(shown, order)
        result = task["_task"]["_result"]
        if task["status"] == "complete" and result["document"] is not None and not result["collected"]:
            document = read_document(installation, result["document"])
            yield {
                "tdoId": job["targetId"],
                "engineId": document["sourceEngineId"],
                "taskId": task["id"],
                "assetId": None,
                "userEdited": False,
                "jsondata": document,
            }


def _passes(call: Call, result: Record, args: Mapping[str, Any]) -> bool:
    categories = args.get("engineCategoryIds")
    engine = call.installation.catalogue.engine(result["engineId"])
    return (
        among(result["engineId"], args.get("engineIds"))
        and (not categories or (engine is not None and engine["categoryId"] in categories))
        and (args.get("tdoId") is None or args.get("jobId") is None or result["tdoId"] == str(args["tdoId"]))
        and not (args.get("ignoreUserEdited") and result["userEdited"])
    )


def _clipped(call: Call, result: Record, args: Mapping[str, Any]) -> Record | None:
    """The result within the asked span, or None if it has nothing there."""
    tdo = call.store.get("tdo", result["tdoId"])
    start = offset_ms(tdo, args.get("startDate"), args.get("startOffsetMs"))
    stop = offset_ms(tdo, args.get("stopDate"), args.get("stopOffsetMs"))
    document = clip(result["jsondata"], start, stop)
    series = document.get("series")
    if series == [] and result["jsondata"].get("series"):
        return None
    begins = min((entry["startTimeMs"] for entry in series or []), default=0)
    ends = max((entry["stopTimeMs"] for entry in series or []), default=0)
    return {**result, "jsondata": document, "startOffsetMs": begins, "stopOffsetMs": ends}


def offset_ms(tdo: Record | None, date: float | None, offset: int | None) -> int | None:
    """Milliseconds from the start of a TDO: those of a date, or else the given offset."""
    if date is None or tdo is None:
        return offset
    start: float = tdo["startDateTime"]
    return round((date - start) * 1000)
