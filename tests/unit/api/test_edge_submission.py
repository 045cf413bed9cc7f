"""A job as aiWARE Edge takes it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.api.edge.submission import Submission
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support import edge

ORGANIZATION = "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e"


def submitted(job: dict[str, Any], owner: str = "project/stack/job") -> dict[str, Any]:
    """The job that a request holds."""
    (written,) = Submission(job, owner, ORGANIZATION).request()["jobs"]
    found: dict[str, Any] = written
    return found


def declared() -> dict[str, Any]:
    """The translation job as a provider gets it from a program."""
    scope: dict[str, Any] = {"engines": engines}
    exec(edge.PROGRAM, scope)  # noqa: S102 - the very text that the end-to-end test runs
    graph = scope["graph"]
    return api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes)})


def folder(reference: str, direction: str, **options: Any) -> dict[str, Any]:
    made = {"referenceId": reference, "mode": "chunk", "type": direction}
    return made | ({"options": options} if options else {})


def test_the_translation_job_of_the_document() -> None:
    request = Submission(declared(), "project/stack/job", ORGANIZATION).request()
    assert edge.named_by_place(request) == edge.golden()
    assert request["jobs"][0]["internalOrganizationID"] == ORGANIZATION


def test_ids_are_uuids_that_follow_from_the_owner() -> None:
    first, again = (Submission(declared(), "project/stack/job", ORGANIZATION).request() for _ in range(2))
    other = Submission(declared(), "project/stack/other", ORGANIZATION).request()
    assert first == again
    ids = edge.ids_in(first)
    assert len(ids) == 4
    assert {str(uuid.UUID(id_)) for id_ in ids} == ids
    assert edge.ids_in(other).isdisjoint(ids)


def test_every_task_has_a_route_and_every_route_its_ends() -> None:
    # Two roots; one task that both feed; one that is fed by two folders.
    tasks: list[dict[str, Any]] = [
        {"engineId": "a", "ioFolders": [folder("a", "output")]},
        {"engineId": "b", "ioFolders": [folder("b", "output"), folder("b2", "output")]},
        {"engineId": "c", "ioFolders": [folder("c1", "input"), folder("c2", "input"), folder("c3", "input")]},
        {"engineId": "d"},
    ]
    pairs = [("a", "c1"), ("b", "c2"), ("b2", "c3")]
    routes = [{"parentIoFolderReferenceId": p, "childIoFolderReferenceId": c, "options": {}} for p, c in pairs]
    job = submitted({"tasks": tasks, "routes": routes})
    ids = [task["correlationTaskId"] for task in job["tasks"]]
    folders = {
        reference: written["correlationID"]
        for task, declared_task in zip(job["tasks"], tasks, strict=True)
        for written, reference in zip(
            task["ioFolders"],
            [each["referenceId"] for each in declared_task.get("ioFolders", [])],
            strict=True,
        )
    }
    roots = [route for route in job["taskRoutes"] if "taskParentId" not in route]
    assert roots == [{"taskChildId": ids[0]}, {"taskChildId": ids[1]}, {"taskChildId": ids[3]}]
    assert job["taskRoutes"][3:] == [
        {
            "taskParentId": ids[parent],
            "taskParentOutputId": folders[out],
            "taskChildId": ids[2],
            "taskChildInputId": folders[into],
        }
        for parent, (out, into) in zip((0, 1, 1), pairs, strict=True)
    ]


def test_what_is_not_given_is_not_sent() -> None:
    (task,) = submitted({"tasks": [{"engineId": "a"}]})["tasks"]
    sent = {"correlationTaskId", "engineId", "ioFolders", "payloadJSON", "taskPayloadJSON", "taskStatus"}
    assert set(task) == sent
    job = submitted({"tasks": [{"engineId": "a"}]})
    assert set(job) == {"internalOrganizationID", "tasks", "taskRoutes"}


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ({}, "{}"),
        ({"payload": {}}, "{}"),
        ({"payload": {"n": 20, "f": 0.5, "s": "ü"}}, '{"n":20,"f":0.5,"s":"ü"}'),
        ({"payload": [1, None]}, "[1,null]"),
        ({"payload": False}, "false"),
        ({"payloadString": '{"a": 1}'}, '{"a": 1}'),
    ],
)
def test_payloads_are_json_text(task: dict[str, Any], text: str) -> None:
    (written,) = submitted({"tasks": [{"engineId": "a", **task}]})["tasks"]
    assert (written["payloadJSON"], written["taskPayloadJSON"]) == (text, text)
    json.loads(written["payloadJSON"])


def test_how_a_task_runs_goes_along_in_the_words_of_edge() -> None:
    preferences = {
        "maxRetries": 0,
        "maxEngines": 2,
        "parallelProcessing": True,
        "parentCompleteBeforeStarting": True,
        "priority": -5,
        # Times may be given as seconds or milliseconds as well.
        "dueDateTime": 1582058958,
    }
    tasks = [
        {"engineId": "a", "executionPreferences": preferences},
        {"engineId": "b", "executionPreferences": {"dueDateTime": "2021-01-01T01:00:00+01:00"}},
        {"engineId": "c", "executionPreferences": {"parentCompleteBeforeStarting": False}},
    ]
    job = submitted({"tasks": tasks})
    written = job["tasks"][0]
    names = ("maxRetries", "maxEngines", "parallelProcessing", "parentMustBeCompleteBeforeStarting", "priority")
    assert [written[name] for name in names] == [0, 2, True, True, -5]
    assert written["dueDateTime"] == "2020-02-18T20:49:18.000Z"
    assert job["dueDateTime"] == job["tasks"][1]["dueDateTime"] == "2021-01-01T00:00:00.000Z"
    assert job["tasks"][2]["parentMustBeCompleteBeforeStarting"] is False


def test_what_a_job_says_of_itself() -> None:
    job = submitted(
        {
            "tasks": [{"engineId": "a", "ioFolders": [folder("a", "output", keep=True)]}],
            "targetId": "460907869",
            "jobConfig": {"pulumiMarker": "0123", "n": 1},
            "status": "scheduled",
        }
    )
    assert (job["coreRecordingID"], job["jobStatus"]) == (460907869, "scheduled")
    assert json.loads(job["jobConfigJSON"]) == {"pulumiMarker": "0123", "n": 1}
    assert job["tasks"][0]["ioFolders"][0]["optionsJSON"] == '{"keep":true}'
