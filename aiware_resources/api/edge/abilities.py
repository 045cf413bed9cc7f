"""What aiWARE Edge can do: jobs, fleets, engines and outputs; and what to use instead of the rest."""

from __future__ import annotations

import json
from typing import Any

from aiware_resources.api.abilities import EACH, Abilities, Refusal
from aiware_resources.api.statuses import EDGE_STATUSES


def _is_no_status(value: Any) -> bool:
    return value is not None and value not in EDGE_STATUSES


def _is_no_number(value: Any) -> bool:
    return not str(value).isdecimal()


def _is_no_json(value: Any) -> bool:
    try:
        json.loads(value)
    except (TypeError, ValueError):
        return True
    return False


def _task(name: str) -> tuple[str, ...]:
    return "tasks", EACH, name


EDGE = Abilities(
    name="aiWARE Edge",
    lacking={
        "cluster": (
            "aiWARE Edge has no clusters: an installation runs its jobs itself. Leave the Cluster and cluster_id out "
            "(a program for both APIs can declare them only where aiware:api is cloud)."
        ),
        "TDO": (
            "aiWARE Edge has no TDOs: a Job on Edge needs none. Leave the TemporalDataObject and target_id out; where "
            "the media is, a task's payload says."
        ),
        "export request": (
            "aiWARE Edge has no export requests: give the Job or the JobFleet results_to instead, and the results are "
            "written to files as vtn-standard documents. Captions need aiWARE's cloud API."
        ),
        "single-engine job": (
            "aiWARE Edge has no templates for single-engine jobs: declare a Job with the engine as a task of its own "
            "and an output writer behind it, as pipelines.translation does."
        ),
    },
    refusals=(
        Refusal(
            ("target",),
            "is of no use with aiWARE Edge, which has no TDOs: leave it out. A job on Edge needs no target",
            lambda value: value is not None,
        ),
        Refusal(
            ("targetId",),
            "must be a number with aiWARE Edge, the id of a recording in aiWARE's cloud: give one, or leave it out",
            _is_no_number,
        ),
        Refusal(
            ("clusterId",),
            "is of no use with aiWARE Edge, which has no clusters: leave it out. A job runs on the installation that "
            "it is sent to",
        ),
        Refusal(("name",), "is of no use with aiWARE Edge, where jobs have no names: leave it out"),
        Refusal(("status",), f"must be one of {', '.join(sorted(EDGE_STATUSES))} with aiWARE Edge", _is_no_status),
        Refusal(
            ("retries",),
            "is of no use with aiWARE Edge, which repeats tasks, not jobs: give tasks maxRetries in their "
            "executionPreferences",
        ),
        Refusal(
            ("isReprocessJob",),
            "is of no use with aiWARE Edge, which stores no media: leave it out, and name the media in the payload of "
            "a task",
        ),
        Refusal(
            ("notificationUris",),
            "is of no use with aiWARE Edge, which calls nobody about a job: leave it out, and let `pulumi up` wait for "
            "the job",
        ),
        Refusal(
            ("scheduledJobId",),
            "is of no use with aiWARE Edge, where programs cannot schedule jobs: leave it out",
        ),
        Refusal(
            ("jobTemplateId",),
            "is of no use with aiWARE Edge, which has no templates: give the tasks themselves",
        ),
        Refusal(("skipDecider",), "is of no use with aiWARE Edge: leave it out"),
        Refusal(
            ("organizationId",),
            "is of no use with aiWARE Edge: the setting aiware:organizationId says whose the jobs are",
        ),
        Refusal(_task("taskType"), "is of no use with aiWARE Edge: give engineId"),
        Refusal(_task("isClone"), "is of no use with aiWARE Edge: leave it out"),
        Refusal(_task("buildId"), "is of no use with aiWARE Edge, which has one build of an engine: leave it out"),
        Refusal(_task("testTask"), "is of no use with aiWARE Edge: leave it out"),
        Refusal(
            _task("notificationUris"),
            "is of no use with aiWARE Edge, which calls nobody about a task: leave it out, and let `pulumi up` wait "
            "for the job",
        ),
        Refusal(
            _task("standbyTask"),
            "is of no use with aiWARE Edge, which runs no other task when one fails: give the task maxRetries in its "
            "executionPreferences",
        ),
        Refusal(
            _task("payloadString"), "must be JSON text with aiWARE Edge: give a value in payload instead", _is_no_json
        ),
        Refusal(("routes", EACH, "options"), "are of no use with aiWARE Edge, whose routes have none: leave them out"),
    ),
    no_files=(
        "is a file to upload, and aiWARE Edge stores no media: give url, an address from which its engines can "
        "fetch the recording"
    ),
    retries_in_place=False,
    lists_documents=True,
    has_tdos=False,
    reads_in_batches=False,
)
"""aiWARE Edge."""
