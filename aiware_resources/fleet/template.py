"""The template of a fleet: one job, with placeholders for what differs from entry to entry."""

from __future__ import annotations

from typing import Any, Unpack

from aiware_resources.jobs.state import JobArgs, JobState, with_graph
from aiware_resources.reconcile.arguments import check_arguments
from aiware_resources.reconcile.naming import api_properties


class JobTemplate:
    """What the jobs of a fleet have in common. Any text in it may be or hold `media_value` and `media_key`."""

    def __init__(self, **arguments: Unpack[JobArgs]) -> None:
        """Describes the jobs of a fleet (``createJob``; schema.graphql, type CreateJob).

        Everything means what it means for a `Job`. For each entry, only a change of what its job produces re-runs it.

        Args:
            arguments: See `JobArgs`: those that say what the jobs are. Where they run (``cluster_id``), and how the
                fleet treats them (``on_failure`` and so on), is said of the fleet.
        """
        check_arguments(type(self).__name__, JobArgs, arguments)
        given = {key: value for key, value in with_graph(arguments).items() if key in JobState.model_fields}
        self.properties: dict[str, Any] = api_properties(JobState, given)
