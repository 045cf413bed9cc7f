"""Each kind of object, as it is declared: what aiWARE tells of it, and what it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiware_resources import engines
from aiware_resources.api import ClusterRecord, ExportRecord, JobRecord, TaskRecord, TdoRecord
from aiware_resources.api.statuses import CLUSTER_FAILED, JOB_FAILED
from aiware_resources.cli.adoption.declaration import Declaration, arguments_of, without_uncarried
from aiware_resources.cli.adoption.python import Code
from aiware_resources.cluster import IN_USE, ClusterProvider, live_properties
from aiware_resources.errors import AdoptionError
from aiware_resources.job import JobProvider
from aiware_resources.reconcile import marker_in, marker_of, unmarked
from aiware_resources.temporal_data_object import CHANGEABLE, TdoProvider
from aiware_resources.text.secret_words import is_signed

_LINKS = ("thumbnailUrl", "previewUrl", "sourceImageUrl")
_UNITS = (("tb", 1 << 40), ("gb", 1 << 30), ("mb", 1 << 20))

_CONSTANTS = {value: name for name, value in vars(engines).items() if name.isupper() and isinstance(value, str)}
"""The engines that `aiware_resources.engines` has a name for."""
_UNTOLD = "aiWARE does not tell what an export request exports, so neither does this: tdo_data is left out."
_MADE = "A Pulumi stack has made this one. Adopt it only where that stack does not hold it any more."
_NOT_AWAITED = "It is in the state {status}, which would end every run with an error: so it is not waited for."
_FAILED = (
    "It has ended as {status}. As it stands, it is kept as it is and fails no run;",
    "without the last two arguments the next `pulumi up` runs it again.",
)


def of_cluster(record: ClusterRecord) -> Declaration:
    """A cluster: all but its credentials, and the organization that owns it (query ``clusters``).

    Raises:
        AdoptionError: When it cannot be declared as it is.
    """
    props = live_properties(record) | {"organizationId": None, "dockerCredentials": {}}
    broken = record.status in CLUSTER_FAILED
    if props["status"] not in IN_USE:
        # A paused cluster says so by `paused`; the other states are none to bring a cluster to.
        props["status"] = None
    props, left_out = without_uncarried(props)
    arguments = arguments_of(ClusterProvider(), record.id, props)
    arguments |= {name: _size(arguments[name]) for name in ("memory_size", "storage_size") if name in arguments}
    if broken:
        arguments["wait"] = False
    comments = {"wait": [_NOT_AWAITED.format(status=record.status)]} if broken else {}
    notes = [*_notes(marker_in(record.tags)), *left_out]
    return Declaration("Cluster", "cluster", record.id, record.name or "", arguments, notes, comments)


def of_tdo(record: TdoRecord) -> Declaration:
    """A TDO: all that can be changed of one, but links that let in whoever has them (query ``temporalDataObject``).

    Raises:
        AdoptionError: When it cannot be declared as it is.
    """
    live = record.properties()
    # A signed link is another one with every look.
    signed = {key for key in _LINKS if is_signed(live.get(key) or "")}
    props = {key: live.get(key) for key in CHANGEABLE if key not in signed}
    props, left_out = without_uncarried(props | {"details": unmarked(record.details)})
    arguments = arguments_of(TdoProvider(), record.id, props)
    named = {"name": arguments.pop("name")} if "name" in arguments else {}
    notes = [*_notes(marker_of(record.details)), *left_out]
    return Declaration("TemporalDataObject", "tdo", record.id, record.name or "", named | arguments, notes)


def of_job(record: JobRecord, *, needs_target: bool = True) -> Declaration:
    """A job, with its tasks and routes as aiWARE has them (query ``job``).

    Args:
        record: The job with everything: `job_details`.
        needs_target: Whether the API wants a TDO for every job.

    Raises:
        AdoptionError: When it cannot be declared as it is.
    """
    live = record.properties()
    props = {key: live.get(key) for key in ("name", "targetId", "clusterId", "routes")}
    props |= {"tasks": [_task(task) for task in record.tasks], "jobConfig": unmarked(record.job_config)}
    props, left_out = without_uncarried(props)
    dispensable = frozenset() if needs_target else frozenset({("targetId",)})
    arguments = arguments_of(JobProvider(), record.id, props, dispensable)
    for task in arguments["tasks"]:
        if task.get("engine_id") in _CONSTANTS:
            task["engine_id"] = Code(f"engines.{_CONSTANTS[task['engine_id']]}")
    order = ("name", "target_id", "cluster_id", "job_config", "tasks", "routes")
    arguments = {name: arguments[name] for name in order if name in arguments}
    comments = {}
    if record.status in JOB_FAILED:
        arguments |= {"on_failure": "keep", "allow_failure": True}
        comments["on_failure"] = [line.format(status=record.status) for line in _FAILED]
    notes = [*_notes(marker_of(record.job_config)), *left_out]
    return Declaration("Job", "job", record.id, record.name or "", arguments, notes, comments)


def of_export(record: ExportRecord) -> Declaration:
    """An export request: aiWARE tells nothing of what it exports (query ``exportRequests``).

    Raises:
        AdoptionError: When it has failed: there is nothing to take over, and a run would request it anew.
    """
    if record.status == "failed":
        raise AdoptionError(
            f"export request {record.id} has failed, so there is nothing to adopt.",
            remedy="Declare a new ExportRequest instead; aiWARE has no call to delete the failed one.",
        )
    return Declaration("ExportRequest", "export", record.id, "", {}, [_UNTOLD])


def _notes(mark: str | None) -> Sequence[str]:
    """What has to be known of an object that carries an ownership marker."""
    return [] if mark is None else [_MADE]


def _task(task: TaskRecord) -> dict[str, Any]:
    folders = [folder.properties() for folder in task.io_folders]
    return {"engineId": task.engine_id, "payload": task.payload or None, "ioFolders": folders}


def _size(size: int) -> str | int:
    """Bytes in the largest unit that leaves a whole number."""
    return next((f"{size // unit}{name}" for name, unit in _UNITS if size % unit == 0), size)
