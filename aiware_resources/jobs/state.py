"""What a program says of a job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal, TypedDict, TypeVar, cast

import pulumi
from pydantic import Field

from aiware_resources import dag as graphs
from aiware_resources.reconcile import Flag, Identifier, Int32, Props
from aiware_resources.reconcile.addresses import unsigned
from aiware_resources.reconcile.policies import Adoptable, Awaited, CleanupOption, TdoPolicy
from aiware_resources.reconcile.values import in_any_order
from aiware_resources.tdos.content import TDO_SETS, Target, TargetArgs

PRODUCES = ("targetId", "target", "tasks", "routes", "isReprocessJob", "scheduledJobId", "jobTemplateId", "skipDecider")
RUNS = ("clusterId", "notificationUris", "jobConfig", "retries", "name", "status", "organizationId")

T = TypeVar("T")

OnFailure = Literal["retry", "replace", "keep"]
OnDestroy = Literal["cancel", "delete", "retain"]


class JobState(Adoptable, Awaited):
    """The desired state of a job (``CreateJob``)."""

    tasks: list[graphs.Task]
    routes: list[graphs.Route] = Field(default_factory=list)
    target_id: Identifier | None = None
    target: Target | None = None
    cluster_id: Identifier | None = None
    name: str | None = None
    status: str | None = None
    retries: Int32 = 0
    is_reprocess_job: Flag = False
    job_config: dict[str, Any] | None = None
    notification_uris: list[str | None] | None = None
    scheduled_job_id: Identifier | None = None
    job_template_id: Identifier | None = None
    skip_decider: Flag | None = None
    organization_id: Identifier | None = None
    triggers: Any = None
    on_destroy: OnDestroy | None = None
    on_destroy_target: TdoPolicy | None = None
    cleanup_options: list[CleanupOption] | None = None
    on_failure: OnFailure = "retry"
    allow_failure: bool = False
    results_to: Identifier | None = None

    @classmethod
    def canonical(cls, normal: Props) -> Props:
        """Graphs are equal as graphs; payloads given as text are equal as JSON."""
        ordered = in_any_order(_without_null(normal, "notificationUris"), "cleanupOptions", "notificationUris")
        if isinstance(ordered.get("target"), dict):
            ordered["target"] = in_any_order(ordered["target"], *TDO_SETS)
        if isinstance(ordered.get("tasks"), list):
            ordered["tasks"] = [_with_payload_read(task) for task in ordered["tasks"]]
        return graphs.canonical_graph(ordered)

    @classmethod
    def first_form(cls, normal: Props) -> Props:
        """Graphs were equal where they differed in the names of their folders only."""
        return graphs.graph_by_place(normal)

    @classmethod
    def side_by_side(cls, old: Props, new: Props) -> tuple[Props, Props]:
        """What differs in a graph is found at the tasks of the new one."""
        return graphs.graphs_side_by_side(old, new)


def _without_null(props: Props, key: str) -> Props:
    """Properties without the items of a list that are null."""
    if not isinstance(props.get(key), list):
        return props
    return {**props, key: [item for item in props[key] if item is not None]}


def _with_payload_read(task: Any) -> Any:
    """A task whose payload, where it is text, is the JSON in it, with addresses without their signatures.

    Its webhooks are in the one order that equal ones have, and left out where there are none.
    """
    if not isinstance(task, dict):
        return task
    read = in_any_order(_without_null(task, "notificationUris"), "notificationUris")
    if read.get("notificationUris") == []:
        del read["notificationUris"]
    if isinstance(task.get("payloadString"), str):
        with suppress(ValueError, RecursionError):
            read["payloadString"] = unsigned(json.loads(task["payloadString"]))
    if "standbyTask" in task:
        read["standbyTask"] = _with_payload_read(task["standbyTask"])
    return read


class JobArgs(TypedDict, total=False):
    """The arguments of a job, and of the template of a fleet.

    Attributes:
        dag: A task graph that gives tasks and routes; those written by hand are added to it. Replaces.
        tasks: The tasks: engine, payload, ioFolders. Replaces.
        routes: How data goes from output folders to input folders. Replaces.
        target_id: An existing TDO to work on; this or ``target``. Training, and aiWARE Edge, need neither. Replaces.
        target: A new TDO that the job makes for itself. Replaces.
        cluster_id: Where to run; without it the organization's default cluster, if it has one.
        name: Shown in lists; not unique. By default the resource's name, of a fleet's job its key, where the
            installation knows names of jobs.
        status: Initial status; for platform components.
        retries: How often aiWARE repeats the job by itself.
        is_reprocess_job: Set it when the TDO holds ingested media already. Replaces.
        job_config: Any JSON object; for platform components mostly.
        notification_uris: Webhooks called about this job.
        scheduled_job_id: The scheduled job that this one belongs to. Replaces.
        job_template_id: A template to take the tasks from. Replaces.
        skip_decider: For platform components only. Replaces.
        organization_id: For platform components only.
        triggers: Any value; when it changes, the job runs again.
        adopt: Id of an existing job to take over instead of submitting one.
        on_destroy: ``cancel`` (default; only if unfinished), ``delete`` (a finished job too; aiWARE Edge only) or
            ``retain`` (default of an adopted job).
        on_destroy_target: What happens to a TDO made through ``target``: ``delete`` (default; ``retain`` when the job
            is retained), ``cleanup`` or ``retain``.
        cleanup_options: What ``cleanup`` removes: storage, searchIndex, engineResults; by default the first two.
        on_failure: What the next ``pulumi up`` does with a failed job: ``retry`` in place (default; by a new one on
            aiWARE Edge), ``replace`` it by a new one, or ``keep`` it.
        allow_failure: Whether dependents run, and the update succeeds, although the job failed.
        results_to: Folder for the engines' results, written on ``up`` when missing or different: one vtn-standard
            document for each engine, ``<engine id>.json``, and ``<engine id>.2.json`` and so on for its further time
            spans. Give each job its own folder.
        wait: Whether to wait for completion; by default as ``aiware:wait`` says.
        timeout: Longest wait in seconds; by default ``aiware:jobTimeout``.
    """

    dag: graphs.Dag | None
    tasks: pulumi.Input[Sequence[pulumi.Input[graphs.TaskArgs]]] | None
    routes: pulumi.Input[Sequence[pulumi.Input[graphs.RouteArgs]]] | None
    target_id: pulumi.Input[str] | None
    target: pulumi.Input[TargetArgs] | None
    cluster_id: pulumi.Input[str] | None
    name: pulumi.Input[str] | None
    status: pulumi.Input[str] | None
    retries: pulumi.Input[int] | None
    is_reprocess_job: pulumi.Input[bool] | None
    job_config: pulumi.Input[dict[str, Any]] | None
    notification_uris: pulumi.Input[Sequence[pulumi.Input[str]]] | None
    scheduled_job_id: pulumi.Input[str] | None
    job_template_id: pulumi.Input[str] | None
    skip_decider: pulumi.Input[bool] | None
    organization_id: pulumi.Input[str] | None
    triggers: pulumi.Input[Any] | None
    adopt: pulumi.Input[str] | None
    on_destroy: pulumi.Input[OnDestroy] | None
    on_destroy_target: pulumi.Input[TdoPolicy] | None
    cleanup_options: pulumi.Input[Sequence[CleanupOption]] | None
    on_failure: pulumi.Input[OnFailure] | None
    allow_failure: pulumi.Input[bool] | None
    results_to: pulumi.Input[str] | None
    wait: pulumi.Input[bool] | None
    timeout: pulumi.Input[float] | None


def with_graph(arguments: JobArgs) -> dict[str, Any]:
    """The arguments of a job with the tasks and routes of its graph among them."""
    graph = arguments.get("dag")
    if graph is None:
        return {**arguments}
    tasks, routes = _joined(graph.tasks, arguments.get("tasks")), _joined(graph.routes, arguments.get("routes"))
    return {**arguments, "tasks": tasks, "routes": routes}


def _joined(built: Sequence[T], written: pulumi.Input[Sequence[pulumi.Input[T]]] | None) -> Any:
    """What a graph gives, and what is written by hand beside it."""
    if written is None:
        return list(built)
    return pulumi.Output.from_input(cast(Any, written)).apply(lambda known: [*built, *known])
