"""Compares what aiWARE says of a job with what a program says of it."""

from __future__ import annotations

from typing import Any

from aiware_resources.api import JobRecord
from aiware_resources.reconcile import Mark, Props
from aiware_resources.reconcile.addresses import signed_again
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
    places = record.cluster_id == props.get("clusterId", record.cluster_id)
    return (
        places
        and record.target_id == props.get("targetId", record.target_id)
        and work_of(props) == sorted(found, key=str)
    )
