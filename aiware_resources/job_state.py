"""What a program says of a job."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from aiware_resources import dag as graphs
from aiware_resources.policies import Adoptable, Awaited, CleanupOption, TdoPolicy
from aiware_resources.reconcile import Identifier, Props
from aiware_resources.tdo_content import Target

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
        """Two graphs that differ in the names of their folders only are equal."""
        return graphs.canonical_graph(normal)
