"""The words that aiWARE has for how things are: each vocabulary once.

Records hold them as text, so that a word unknown to this library does no harm.
"""

from __future__ import annotations

from collections.abc import Mapping

JOB_STATUSES = ("pending", "queued", "running", "complete", "failed", "cancelled", "aborted")
"""Those of jobs and tasks; `aborted` is documented for tasks only."""
JOB_FILTERS = frozenset(JOB_STATUSES) - {"aborted"}
"""What the cloud API can filter jobs by (`JobStatusFilter`); naming any other is a mistake in the document."""
JOB_DONE = frozenset({"complete", "failed", "cancelled", "aborted"})
"""Those in which a job or task rests."""
JOB_FAILED = JOB_DONE - {"complete"}
"""Those in which a job rests without having done what it should."""
TASK_FAILED = JOB_FAILED - {"cancelled"}
"""Those of a task that keeps its job from being done."""

EDGE_STATUSES: Mapping[str, str] = {
    **{status: status for status in ("pending", "queued", "running", "complete", "aborted", "failed")},
    "scheduled": "pending",
    "reprocessing": "running",
    "rejected": "failed",
}
"""Those of jobs and tasks on Edge, with what they are called elsewhere."""

EXPORT_STATUSES = ("incomplete", "complete", "downloaded", "failed")
"""Those of export requests."""
EXPORT_READY = frozenset({"complete", "downloaded"})
"""Those in which the file of an export can be fetched."""
EXPORT_DONE = EXPORT_READY | {"failed"}
"""Those in which an export request rests."""

CLUSTER_PENDING = frozenset({"pending", "deploying"})
"""Those in which a cluster is still on its way to where it should be."""
CLUSTER_READY = frozenset({"active", "online", "paused"})
"""Those in which a cluster can be used."""
CLUSTER_FAILED = frozenset({"failure", "terminated"})
"""Those in which a cluster has come to nothing."""
