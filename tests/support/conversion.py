"""Jobs of documents, compared with those of the programs that they are converted into."""

from __future__ import annotations

import json
from typing import Any

from aiware_resources.job import JobProvider
from aiware_resources.reconcile.provider import schema_of

NAMED_CORRELATIONS: dict[str, Any] = {
    "jobStatus": "queued",
    "tasks": [
        {
            "correlationTaskId": "translate",
            "engineId": "95c910f6-4a26-4b66-96cb-488befa86466",
            "taskPayloadJSON": '{"url":"https://media.test/es.txt"}',
            "ioFolders": [{"correlationID": "translated", "mode": "chunk", "type": "output"}],
        },
        {
            "correlationTaskId": "store",
            "engineId": "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3",
            "ioFolders": [{"correlationID": "toStore", "mode": "chunk", "type": "input"}],
            "parentMustBeCompleteBeforeStarting": True,
        },
    ],
    "taskRoutes": [
        {"taskChildId": "translate"},
        {
            "taskParentId": "translate",
            "taskParentOutputId": "translated",
            "taskChildId": "store",
            "taskChildInputId": "toStore",
        },
    ],
}
"""A job of aiWARE Edge whose correlation ids are names."""


def normal(job: dict[str, Any]) -> dict[str, Any]:
    """A job up to the names of its folders; a payload that is text is what it says."""
    tasks = [dict(task) for task in job["tasks"]]
    for task in tasks:
        if task.get("payloadString") is not None:
            task["payload"] = json.loads(task.pop("payloadString"))
    return schema_of(JobProvider.model).normal({**job, "tasks": tasks})
