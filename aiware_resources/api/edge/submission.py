"""A job as aiWARE Edge takes it, made of what the cloud API takes (`CreateJob` to `CreateJobDetail`).

The two say the same in other words. Edge wants ids of the client's own choosing for tasks and folders, as UUIDs; JSON
as text; and a route for each task, with one that has no parent for a root.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiware_resources.text.times import format_time, parse_time

Props = Mapping[str, Any]

_NAMESPACE = uuid.UUID("5c0ff9c6-2f0e-5d0a-9a56-0d3a7c1b8e42")
"""Of the ids of tasks and folders; any fixed UUID will do."""

PREFERENCES = {
    "maxEngines": "maxEngines",
    "maxRetries": "maxRetries",
    "parallelProcessing": "parallelProcessing",
    "parentCompleteBeforeStarting": "parentMustBeCompleteBeforeStarting",
    "priority": "priority",
}
"""Execution preferences that Edge has too, and what it calls them."""


@dataclass(frozen=True)
class Submission:
    """One job, to be written as Edge takes it.

    Attributes:
        job: A `CreateJob`.
        owner: Whose job it is: the ids of its tasks and folders follow from this and from their places, so that they
            are the same however often the job is written.
        organization_id: The organization that it belongs to; None for that of the token.
    """

    job: Props
    owner: str
    organization_id: str | None

    def request(self) -> dict[str, Any]:
        """The body of the request that submits it (`CreateJobRequest`)."""
        return {"jobs": [self._job()]}

    def _job(self) -> dict[str, Any]:
        tasks = [self._task(index, task) for index, task in enumerate(self._tasks)]
        due = [task["dueDateTime"] for task in tasks if "dueDateTime" in task]
        written: dict[str, Any] = {}
        if self.organization_id is not None:
            written["internalOrganizationID"] = self.organization_id
        if due:
            # Texts of one format: the latest one is the greatest.
            written["dueDateTime"] = max(due)
        if self.job.get("targetId") is not None:
            written["coreRecordingID"] = int(self.job["targetId"])
        if self.job.get("status") is not None:
            written["jobStatus"] = self.job["status"]
        if self.job.get("jobConfig") is not None:
            written["jobConfigJSON"] = as_text(self.job["jobConfig"])
        return {**written, "tasks": tasks, "taskRoutes": list(self._routes())}

    @property
    def _tasks(self) -> Sequence[Props]:
        return self.job.get("tasks") or []

    def _task(self, index: int, task: Props) -> dict[str, Any]:
        payload = payload_text(task)
        preferences = task.get("executionPreferences") or {}
        due = preferences.get("dueDateTime")
        return {
            "correlationTaskId": self._task_id(index),
            "engineId": task["engineId"],
            "ioFolders": [self._folder(folder) for folder in task.get("ioFolders") or []],
            "payloadJSON": payload,
            "taskPayloadJSON": payload,
            "taskStatus": "pending",
            **({} if due is None else {"dueDateTime": format_time(parse_time(due))}),
            **{name: preferences[key] for key, name in PREFERENCES.items() if preferences.get(key) is not None},
        }

    def _folder(self, folder: Props) -> dict[str, Any]:
        return {
            "correlationID": self._folder_id(folder["referenceId"]),
            "mode": folder["mode"],
            "type": folder["type"],
            "optionsJSON": as_text(folder.get("options") or {}),
        }

    def _routes(self) -> Iterator[dict[str, str]]:
        owners = {
            str(folder["referenceId"]): index
            for index, task in enumerate(self._tasks)
            for folder in task.get("ioFolders") or []
        }
        routes = [
            (str(route["parentIoFolderReferenceId"]), str(route["childIoFolderReferenceId"]))
            for route in self.job.get("routes") or []
        ]
        fed = {owners[child] for _, child in routes}
        for index in range(len(self._tasks)):
            if index not in fed:
                yield {"taskChildId": self._task_id(index)}
        for parent, child in routes:
            yield {
                "taskParentId": self._task_id(owners[parent]),
                "taskParentOutputId": self._folder_id(parent),
                "taskChildId": self._task_id(owners[child]),
                "taskChildInputId": self._folder_id(child),
            }

    def _task_id(self, index: int) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.owner}/task/{index}"))

    def _folder_id(self, reference: str) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self.owner}/folder/{reference}"))


def payload_text(task: Props) -> str:
    """The payload of a task as JSON text; a task without one has an empty object."""
    if task.get("payloadString") is not None:
        return str(task["payloadString"])
    payload = task.get("payload")
    return as_text({} if payload is None else payload)


def as_text(value: Any) -> str:
    """A value as JSON text, without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
