"""What a program says of a job."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Literal

from pydantic import Field

from aiware_resources import dag as graphs
from aiware_resources.reconcile import Identifier, Props
from aiware_resources.reconcile.addresses import unsigned
from aiware_resources.reconcile.policies import Adoptable, Awaited, CleanupOption, TdoPolicy
from aiware_resources.reconcile.values import in_any_order
from aiware_resources.tdos.content import TDO_SETS, Target

PRODUCES = ("targetId", "target", "tasks", "routes", "isReprocessJob", "scheduledJobId", "jobTemplateId", "skipDecider")
RUNS = ("clusterId", "notificationUris", "jobConfig", "retries", "name", "status", "organizationId")

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
    retries: int = 0
    is_reprocess_job: bool = False
    job_config: dict[str, Any] | None = None
    notification_uris: list[str] | None = None
    scheduled_job_id: Identifier | None = None
    job_template_id: Identifier | None = None
    skip_decider: bool | None = None
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
        ordered = in_any_order(normal, "notificationUris", "cleanupOptions")
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


def _with_payload_read(task: Any) -> Any:
    """A task whose payload, where it is text, is the JSON in it, with addresses without their signatures."""
    if not isinstance(task, dict):
        return task
    read = dict(task)
    if isinstance(task.get("payloadString"), str):
        with suppress(ValueError, RecursionError):
            read["payloadString"] = unsigned(json.loads(task["payloadString"]))
    if "standbyTask" in task:
        read["standbyTask"] = _with_payload_read(task["standbyTask"])
    return read
