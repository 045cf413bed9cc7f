"""Jobs of documents, compared with those of the programs that they are converted into."""

from __future__ import annotations

import json
from typing import Any

from aiware_resources.job import JobProvider
from aiware_resources.reconcile.provider import schema_of


def normal(job: dict[str, Any]) -> dict[str, Any]:
    """A job up to the names of its folders; a payload that is text is what it says."""
    tasks = [dict(task) for task in job["tasks"]]
    for task in tasks:
        if task.get("payloadString") is not None:
            task["payload"] = json.loads(task.pop("payloadString"))
    return schema_of(JobProvider.model).normal({**job, "tasks": tasks})
