"""What aiWARE says of a job: compared with what a program says of it, and declared as it is."""

from __future__ import annotations

from typing import Any

from aiware_resources import engines
from aiware_resources.api import Api, JobRecord, TaskRecord
from aiware_resources.api.statuses import JOB_FAILED
from aiware_resources.reconcile import Mark, Props, marker_of, unmarked
from aiware_resources.reconcile.addresses import signed_again, unsigned
from aiware_resources.reconcile.adoption import Adoption, Code, Declarable, Declaration, declaration
from aiware_resources.sources import holds_private, signed
from aiware_resources.waiting.conditions import failing_task


def failure_of(record: JobRecord) -> Props:
    """What is recorded of a failed job."""
    task = failing_task(record)
    failure = {"status": record.status, "message": record.status_detail}
    if task is not None:
        failure |= {
            "task": task.id,
            "engine": task.engine_id,
            "reason": task.failure_reason,
            "message": task.failure_message or record.status_detail,
        }
    return {key: value for key, value in failure.items() if value is not None}


def work_of(props: Props) -> list[Any]:
    """The engines and payloads of a job, in an order that is always the same."""
    return sorted([(task.get("engineId"), task.get("payload") or {}) for task in props["tasks"]], key=str)


def is_signed_again(record: JobRecord, props: Props) -> bool:
    """Whether a job was submitted with addresses that differ from the declared ones in their signatures only."""
    found = [task.payload for task in record.tasks]
    declared = [task.get("payload") for task in props["tasks"]]
    return any(True for payload in found for other in declared for _ in signed_again(payload, other))


def is_like(record: JobRecord, props: Props, mark: Mark | None) -> bool:
    """Whether a job is the one that was submitted: by marker, else by cluster, target, engines and payloads."""
    if mark is not None:
        return mark.is_on(record.job_config)
    found = [(task.engine_id, task.payload or {}) for task in record.tasks]
    wanted = work_of(props)
    if holds_private(props):
        # Links are signed differently each time.
        found = [(engine, unsigned(payload)) for engine, payload in found]
        wanted = sorted([(engine, unsigned(payload)) for engine, payload in work_of(signed(props))], key=str)
    places = record.cluster_id == props.get("clusterId", record.cluster_id)
    return places and record.target_id == props.get("targetId", record.target_id) and sorted(found, key=str) == wanted


_CONSTANTS = {value: name for name, value in vars(engines).items() if name.isupper() and isinstance(value, str)}
"""The engines that `aiware_resources.engines` has a name for."""


def engine_code(engine_id: Any) -> Any:
    """How a program names an engine: by the library's own name for it, where there is one."""
    return Code(f"engines.{_CONSTANTS[engine_id]}") if engine_id in _CONSTANTS else engine_id


_ORDER = ("name", "target_id", "cluster_id", "job_config", "tasks", "routes")
_FAILED = (
    "It has ended as {status}. As it stands, it is kept as it is and fails no run;",
    "without the last two arguments the next `pulumi up` runs it again.",
)


def _declared(provider: Declarable, record: JobRecord, api: Api) -> Declaration:
    """A job with its tasks and routes as aiWARE has them (query ``job``)."""
    live = record.properties()
    props = {key: live.get(key) for key in ("name", "targetId", "clusterId", "routes")}
    props |= {"tasks": [_task(task) for task in record.tasks], "jobConfig": unmarked(record.job_config)}
    found = declaration(
        provider,
        record.id,
        props,
        called=record.name,
        is_marked=marker_of(record.job_config) is not None,
    )
    for task in found.arguments["tasks"]:
        if "engine_id" in task:
            task["engine_id"] = engine_code(task["engine_id"])
    found.arguments = {name: found.arguments[name] for name in _ORDER if name in found.arguments}
    if record.status in JOB_FAILED:
        found.arguments |= {"on_failure": "keep", "allow_failure": True}
        found.comments["on_failure"] = [line.format(status=record.status) for line in _FAILED]
    return found


def _task(task: TaskRecord) -> dict[str, Any]:
    folders = [folder.properties() for folder in task.io_folders]
    return {"engineId": task.engine_id, "payload": task.payload or None, "ioFolders": folders}


adoption: Adoption[JobRecord] = Adoption(
    "job",
    lambda api, ids: (api.job_details(job_id) for job_id in ids),
    _declared,
    refers={"target_id": "TemporalDataObject", "cluster_id": "Cluster"},
    named_after="target_id",
)
