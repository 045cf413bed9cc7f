"""Single-engine jobs: one engine on one file or TDO, with the task graph taken from the engine's own template."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, ClassVar, Literal, Required, TypedDict, Unpack

import pulumi
from pydantic import BeforeValidator, Field

from aiware_resources.api import JobRecord
from aiware_resources.api.file_names import place_problem
from aiware_resources.catalogue.allowed_engines import ALLOWED_KEY
from aiware_resources.errors import ApiError
from aiware_resources.job import JobProvider, OnFailure
from aiware_resources.jobs.checks import address_problems
from aiware_resources.jobs.outputs import JobOutputs
from aiware_resources.jobs.removal import TARGET_TDO
from aiware_resources.reconcile import (
    ADOPTED,
    Identifier,
    Int32,
    Made,
    Mark,
    Path,
    Problem,
    Props,
    is_within,
    owned,
)
from aiware_resources.reconcile.addresses import unsigned
from aiware_resources.reconcile.adoption import Adoption
from aiware_resources.reconcile.holders import OWNER_KEY
from aiware_resources.reconcile.left_behind import is_later, latest, launched_on, note_launched
from aiware_resources.reconcile.policies import Adoptable, Awaited, CleanupOption, TdoPolicy
from aiware_resources.reconcile.recency import SUBMITTED
from aiware_resources.sources import signed
from aiware_resources.temporal_data_object import earlier_tdos

log = logging.getLogger("aiware")

PLACES = ("clusterId", "priority", "notificationUri")
"""Template parameters that say where and how the job runs; arguments of their own, so that they never re-run it."""

FieldValue = str | int | float | bool


def field_text(value: Any) -> str:
    """A field's value as aiWARE takes it, which is text in any case.

    Raises:
        ValueError: When it is not text, a number or a boolean.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError("must be text, a number or a boolean: aiWARE takes every field as text")


class SingleEngineJobState(Adoptable, Awaited):
    """The desired state of a single-engine job (``LaunchSingleEngineJob``)."""

    engine_id: Identifier
    upload_url: str | None = None
    target_id: Identifier | None = None
    fields: dict[str, Annotated[str, BeforeValidator(field_text)]] = Field(default_factory=dict)
    cluster_id: Identifier | None = None
    priority: Int32 | None = None
    notification_uri: str | None = None
    triggers: Any = None
    on_destroy: Literal["cancel", "retain"] | None = None
    on_destroy_target: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None
    on_failure: OnFailure = "retry"
    allow_failure: bool = False
    results_to: Identifier | None = None


class SingleEngineJobProvider(JobProvider):
    """Submits single-engine jobs through launchSingleEngineJob; what happens to them is as with any job."""

    kind = "single-engine job"
    adoption: ClassVar[Adoption[Any] | None] = None
    """aiWARE does not show what it was given: it is adopted as a job."""
    type_name = "aiware:SingleEngineJob"
    model = SingleEngineJobState
    replaces = frozenset({"engineId", "uploadUrl", "targetId", "fields", "triggers"})
    makes_tdo = "uploadUrl"
    runs = frozenset(PLACES)

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """A new file or an existing TDO, not both, and no field that has an argument of its own."""
        if "resultsTo" in values and (reason := place_problem(FilePath(values["resultsTo"]))):
            yield Problem(("resultsTo",), reason)
        given = [key for key in ("uploadUrl", "targetId") if key in values or is_within((key,), unknown)]
        if len(given) == 2:
            yield Problem(("targetId",), "is given beside uploadUrl: name an existing TDO or a new file, not both")
        if not given:
            yield Problem(("uploadUrl",), "is missing: give the URL of a new file, or an existing TDO in targetId")
        if values.get("uploadUrl") == "":
            yield Problem(("uploadUrl",), "is empty: give the URL of a new file, or leave it out")
        for name in PLACES:
            if name in values.get("fields", {}):
                reason = (
                    f"has an argument of its own: give it as {name} of the resource, where it never re-runs the job"
                )
                yield Problem(("fields", name), reason)

    def unfit(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        """A webhook that aiWARE could not call."""
        if "notificationUri" in values:
            yield from address_problems(values["notificationUri"], ("notificationUri",))

    def unsuitable(self, inputs: Props) -> Iterable[Problem]:
        """What does not suit the engine: a field is what its payload holds, and text in any case."""
        fields = inputs.get("fields", {})
        task = {"engineId": inputs.get("engineId"), "payload": _as_payload(fields)}
        job = {key: inputs[key] for key in (OWNER_KEY, ALLOWED_KEY, "clusterId") if key in inputs} | {"tasks": [task]}
        for problem in super().unsuitable(job):
            yield Problem(_own_path(problem.path), problem.reason)

    def make(self, props: Props, mark: Mark | None) -> Made:
        """Submits the job (mutation ``launchSingleEngineJob``); every field of it would reach the engine: no mark."""
        fields = {**props.get("fields", {}), **{name: props[name] for name in PLACES if name in props}}
        launched = self.api.launch_single_engine_job(
            str(props["engineId"]),
            upload_url=signed(props).get("uploadUrl"),
            target_id=props.get("targetId"),
            fields={name: field_text(value) for name, value in fields.items()},
        )
        return self._made(launched, props)

    def make_once(self, props: Props) -> Made:
        """As for every entity; then notes on the TDO which job it is (mutation ``updateTDO``)."""
        made = super().make_once(props)
        mark, tdo_id = self.mark(props), props.get("targetId") or made.facts.get(TARGET_TDO)
        if mark is None or tdo_id is None or not made.certain or ADOPTED in made.facts:
            return made
        try:
            owns_tdo = self.makes_tdo in props
            is_noted = note_launched(self.api, tdo_id, mark, made.id, made.facts[SUBMITTED], owns_tdo=owns_tdo)
            reason = "" if is_noted else "aiWARE does not show the TDO, or its details are not a JSON object."
        except ApiError as error:
            reason = error.message
        if reason:
            log.warning(
                "job %s could not be noted on TDO %s: should this run be killed, the next one launches another job: %s",
                made.id,
                tdo_id,
                reason,
            )
        return made

    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        """By the note on the TDO; after a lost answer the newest free job of this engine on this file or TDO."""
        if not lost:
            return None if mark is None else self._left_behind(props, mark, since)
        listing = self.api.jobs_created_since(since, cluster_id=props.get("clusterId"), target_id=props.get("targetId"))
        matching = (each for each in listing if self.mismatch_of(each, props) is None)
        found = next((self._made(each, props) for each in matching if owned.claim(each.id)), None)
        return found and replace(found, certain=False)

    def _left_behind(self, props: Props, mark: Mark, since: datetime) -> Made | None:
        """The job that an interrupted run has noted, if it is newer than what the state holds, and not released."""
        target_id = props.get("targetId")
        if target_id is None:
            tdo = latest(earlier_tdos.find(id(self.api), lambda: self.api.tdos_created_since(since), mark))
        else:
            tdo = self.api.tdos([target_id]).get(target_id)
        job_id = None if tdo is None else launched_on(tdo.details, mark)
        held = owned.held_by(self.holder(props))
        if job_id is None or job_id in held:
            return None
        there = self.api.jobs([job_id, *held])
        job = there.get(job_id)
        if job is None or not all(is_later(job, there.get(each)) for each in held):
            return None
        is_left = self._is_unfinished_create(job, props, mark) and owned.claim(job_id)
        return self._made(job, props) if is_left else None

    def mistakable(self, props: Props, mark: Mark | None) -> Hashable | None:
        """Until it is noted, engine and file or TDO distinguish launches."""
        return (self.kind, props["engineId"], props.get("uploadUrl"), props.get("targetId"))

    def graph(self, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The engine: the tasks around it are those of its template, which aiWARE has."""
        return {"tasks": [{key: properties[key] for key in ("engineId", "fields") if key in properties}]}

    def mismatch(self, object_id: str, props: Props) -> str | None:
        """A single-engine job is what its engine and its file or TDO are."""
        return self.mismatch_of(self.api.job_details(object_id), props)

    def mismatch_of(self, job: JobRecord, props: Props) -> str | None:
        """How a job differs from what the program says; which tasks surround the engine is the template's affair."""
        actual = [str(task.engine_id) for task in job.tasks]
        if str(props["engineId"]) not in actual:
            return f"its engines are {', '.join(actual)}, the program's is {props['engineId']}"
        if "targetId" in props and str(props["targetId"]) != job.target_id:
            return f"it works on TDO {job.target_id}, the program names {props['targetId']}"
        if "uploadUrl" in props and not any(_mentions(task.payload, signed(props)["uploadUrl"]) for task in job.tasks):
            return "none of its tasks works on the file at uploadUrl"
        return None


def _as_payload(fields: Any) -> Any:
    """Fields as the engine sees them; what is not known yet stays so."""
    if not isinstance(fields, dict):
        return fields
    known = str | int | float | bool
    return {name: field_text(value) if isinstance(value, known) else value for name, value in fields.items()}


def _own_path(path: Path) -> Path:
    """Where a part of the job's one task is in the resource's own properties."""
    if path[:3] == ("tasks", 0, "payload"):
        return ("fields", *path[3:])
    return path[2:] if path[:2] == ("tasks", 0) else path


def _mentions(payload: Any, text: str) -> bool:
    """Whether a JSON value holds this text somewhere."""
    if isinstance(payload, dict):
        return any(_mentions(item, text) for item in payload.values())
    if isinstance(payload, list):
        return any(_mentions(item, text) for item in payload)
    return bool(unsigned(payload) == unsigned(text))


class SingleEngineJobArgs(TypedDict, total=False):
    """The arguments of a single-engine job.

    Attributes:
        engine_id: The engine; one that has a template for single-engine jobs. Replaces.
        upload_url: Public URL of a new file; the job makes a TDO for it. This or ``target_id``. Replaces.
        target_id: An existing TDO to work on. Replaces.
        fields: What the template takes besides, the engine's custom fields mostly (and ``libraryId``). Numbers and
            booleans are sent as text. Replaces.
        cluster_id: Where to run; without it the organization's default cluster, if it has one.
        priority: Any 32-bit integer; lower runs first.
        notification_uri: A webhook called about this job.
        triggers: Any value; when it changes, the job runs again.
        adopt: Id of an existing job to take over instead of submitting one.
        on_destroy: ``cancel`` (default; only if unfinished) or ``retain`` (default of an adopted job).
        on_destroy_target: What happens to the TDO made for ``upload_url``: ``delete`` (default; ``retain`` when the job
            is retained), ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
        on_failure: What the next ``pulumi up`` does with a failed job: ``retry`` in place (default), ``replace`` it by
            a new one, or ``keep`` it.
        allow_failure: Whether dependents run, and the update succeeds, although the job failed.
        results_to: Folder to write the engines' results into, on ``up``, as with ``Job``.
        wait: Whether to wait for completion; by default as ``aiware:wait`` says.
        timeout: Longest wait in seconds; by default ``aiware:jobTimeout``.
    """

    engine_id: Required[pulumi.Input[str]]
    upload_url: pulumi.Input[str] | None
    target_id: pulumi.Input[str] | None
    fields: pulumi.Input[Mapping[str, pulumi.Input[FieldValue]]] | None
    cluster_id: pulumi.Input[str] | None
    priority: pulumi.Input[int] | None
    notification_uri: pulumi.Input[str] | None
    triggers: pulumi.Input[Any] | None
    adopt: pulumi.Input[str] | None
    on_destroy: pulumi.Input[Literal["cancel", "retain"]] | None
    on_destroy_target: pulumi.Input[TdoPolicy] | None
    cleanup_options: pulumi.Input[list[CleanupOption]] | None
    on_failure: pulumi.Input[OnFailure] | None
    allow_failure: pulumi.Input[bool] | None
    results_to: pulumi.Input[str] | None
    wait: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None


class SingleEngineJob(JobOutputs, module="aiware", name="SingleEngineJob"):
    """A job of one engine on one file or TDO: aiWARE takes the tasks around the engine from the engine's template.

    What depends on a job waits for its completion.
    """

    provider = SingleEngineJobProvider
    args = SingleEngineJobArgs

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[SingleEngineJobArgs]
    ) -> None:
        """Declares a single-engine job (``launchSingleEngineJob``; schema.graphql, type LaunchSingleEngineJob).

        Only a change of what the job produces re-runs it. Where and how it runs (``cluster_id``, ``priority``,
        ``notification_uri``) is recorded, and takes effect when it runs next.
        """
        super().__init__(resource_name, arguments, opts)


__all__ = ["FieldValue", "SingleEngineJob", "SingleEngineJobArgs", "SingleEngineJobProvider", "SingleEngineJobState"]
