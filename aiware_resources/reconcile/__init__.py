"""Reconciling one aiWARE object with its desired state: what the entities share."""

from __future__ import annotations

from aiware_resources.reconcile.holders import OWNER_KEY, Holder, owned
from aiware_resources.reconcile.left_behind import Earlier
from aiware_resources.reconcile.once import repeat_until_applied, send_once
from aiware_resources.reconcile.ownership import (
    CLOCK_SKEW,
    LOOK_BACK,
    MARKER_KEY,
    RESOURCE_KEY,
    Mark,
    marked,
    marker_in,
    marker_of,
    resource_hash,
    resource_hashes,
    resource_of,
    unmarked,
    with_marker,
    without_mark,
    without_marker,
)
from aiware_resources.reconcile.paths import Path, is_within
from aiware_resources.reconcile.paths import text as path_text
from aiware_resources.reconcile.provider import ADOPTED, FAILURE, EntityProvider, Made, Observed, Props
from aiware_resources.reconcile.resource import EntityResource, Readable
from aiware_resources.reconcile.runs import RERUNS, RUNS_KEY, RunsJobs, seen_jobs
from aiware_resources.reconcile.schema import ApiModel, Problem, Schema
from aiware_resources.reconcile.values import (
    Address,
    ByteSize,
    Count,
    Flag,
    Identifier,
    Int32,
    Name,
    OrderFree,
    TimeOfDay,
    Timestamp,
)

__all__ = [
    "ADOPTED",
    "CLOCK_SKEW",
    "FAILURE",
    "LOOK_BACK",
    "MARKER_KEY",
    "OWNER_KEY",
    "RERUNS",
    "RESOURCE_KEY",
    "RUNS_KEY",
    "Address",
    "ApiModel",
    "ByteSize",
    "Count",
    "Earlier",
    "EntityProvider",
    "EntityResource",
    "Flag",
    "Holder",
    "Identifier",
    "Int32",
    "Made",
    "Mark",
    "Name",
    "Observed",
    "OrderFree",
    "Path",
    "Problem",
    "Props",
    "Readable",
    "RunsJobs",
    "Schema",
    "TimeOfDay",
    "Timestamp",
    "is_within",
    "marked",
    "marker_in",
    "marker_of",
    "owned",
    "path_text",
    "repeat_until_applied",
    "resource_hash",
    "resource_hashes",
    "resource_of",
    "seen_jobs",
    "send_once",
    "unmarked",
    "with_marker",
    "without_mark",
    "without_marker",
]
