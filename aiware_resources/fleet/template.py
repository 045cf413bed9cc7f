"""The template of a fleet: one job, with placeholders for what differs from entry to entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from aiware_resources.dag import Dag, RouteArgs, TaskArgs
from aiware_resources.job import JobState, joined
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.tdos.content import TargetArgs


class JobTemplate:
    """What the jobs of a fleet have in common. Any text in it may be or hold `media_value` and `media_key`."""

    def __init__(
        self,
        *,
        dag: Dag | None = None,
        tasks: pulumi.Input[Sequence[pulumi.Input[TaskArgs]]] | None = None,
        routes: pulumi.Input[Sequence[pulumi.Input[RouteArgs]]] | None = None,
        target_id: pulumi.Input[str] | None = None,
        target: pulumi.Input[TargetArgs] | None = None,
        name: pulumi.Input[str] | None = None,
        status: pulumi.Input[str] | None = None,
        retries: pulumi.Input[int] | None = None,
        is_reprocess_job: pulumi.Input[bool] | None = None,
        job_config: pulumi.Input[dict[str, Any]] | None = None,
        notification_uris: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        scheduled_job_id: pulumi.Input[str] | None = None,
        job_template_id: pulumi.Input[str] | None = None,
        skip_decider: pulumi.Input[bool] | None = None,
        organization_id: pulumi.Input[str] | None = None,
        triggers: pulumi.Input[Any] | None = None,
    ) -> None:
        """Describes the jobs of a fleet (``createJob``; schema.graphql, type CreateJob).

        Everything means what it means for a `Job`. For each entry, only a change of what its job produces re-runs it.

        Args:
            dag: A task graph that gives tasks and routes; those written by hand are added to it.
            tasks: The tasks: engine, payload, ioFolders.
            routes: How data goes from output folders to input folders.
            target_id: An existing TDO to work on; this or ``target``.
            target: A new TDO that each job makes for itself.
            name: Shown in lists; not unique. Older installations do not know it.
            status: Initial status; for platform components.
            retries: How often aiWARE repeats a job by itself.
            is_reprocess_job: Set it when the TDO holds ingested media already.
            job_config: Any JSON object; for platform components mostly.
            notification_uris: Webhooks called about each job.
            scheduled_job_id: The scheduled job that the jobs belong to.
            job_template_id: A template of aiWARE's own to take the tasks from.
            skip_decider: For platform components only.
            organization_id: For platform components only.
            triggers: Any value; when it changes for an entry, the entry's job runs anew.
        """
        if dag is not None:
            tasks, routes = joined(dag.tasks, tasks), joined(dag.routes, routes)
        arguments = {key: value for key, value in locals().items() if key in JobState.model_fields}
        self.properties: dict[str, Any] = api_properties(JobState, arguments)
