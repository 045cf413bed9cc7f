"""The task graph: what holds together, and what each fault is called."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources import dag, pipelines
from aiware_resources.dag import Route, Task
from aiware_resources.reconcile import Path, path_text
from aiware_resources.reconcile.naming import api_properties


def folder(reference: str, kind: str, mode: str = "stream") -> dict[str, Any]:
    return {"referenceId": reference, "mode": mode, "type": kind}


def task(engine: str, *folders: dict[str, Any], **more: Any) -> Task:
    return Task.model_validate({"engineId": engine, "ioFolders": list(folders), **more})


def route(parent: str, child: str) -> Route:
    return Route.model_validate({"parentIoFolderReferenceId": parent, "childIoFolderReferenceId": child})


def found(tasks: list[Task], routes: list[Route], unknown: frozenset[Path] = frozenset()) -> dict[str, str]:
    return {path_text(problem.path): problem.reason for problem in dag.problems(tasks, routes, unknown)}


SOURCE = task("adapter", folder("out", "output"))
SINK = task("writer", folder("in", "input"))


def test_the_seed_documents_graph_holds_together() -> None:
    graph = pipelines.transcription("https://media.test/a.mp4")
    tasks = [Task.model_validate(api_properties(Task, each)) for each in graph.tasks]
    routes = [Route.model_validate(api_properties(Route, each)) for each in graph.routes]
    assert (len(tasks), len(routes)) == (5, 4)
    assert found(tasks, routes) == {}


def test_the_reprocessing_graph_holds_together() -> None:
    graph = pipelines.reprocess_transcription()
    tasks = [Task.model_validate(api_properties(Task, each)) for each in graph.tasks]
    routes = [Route.model_validate(api_properties(Route, each)) for each in graph.routes]
    assert found(tasks, routes) == {}


def test_a_graph_needs_a_task() -> None:
    assert found([], []) == {"tasks": "needs at least one task"}


def test_every_task_needs_an_engine() -> None:
    nameless = Task.model_validate({"ioFolders": []})
    assert "tasks[0].engineId" in found([nameless], [])
    assert found([nameless], [], frozenset({("tasks", 0, "engineId")})) == {}


def test_a_payload_is_given_once() -> None:
    assert "tasks[0].payloadString" in found([task("e", payload={}, payloadString="{}")], [])


def test_a_reference_id_is_used_once() -> None:
    problems = found([SOURCE, task("other", folder("out", "output"))], [])
    assert problems == {
        "tasks[1].ioFolders[0].referenceId": '"out" is the name of tasks[0].ioFolders[0] already: name each folder once'
    }


@pytest.mark.parametrize(
    ("bad", "path", "says"),
    [
        (route("nowhere", "in"), "routes[1].parentIoFolderReferenceId", "output folders are: out"),
        (route("out", "nowhere"), "routes[1].childIoFolderReferenceId", "input folders are: in"),
        (route("in", "in"), "routes[1].parentIoFolderReferenceId", "is an input folder"),
        (route("out", "out"), "routes[1].childIoFolderReferenceId", "is an output folder"),
    ],
)
def test_a_route_joins_existing_folders(bad: Route, path: str, says: str) -> None:
    assert says in found([SOURCE, SINK], [route("out", "in"), bad])[path]


def test_a_route_joins_two_tasks() -> None:
    both = task("both", folder("in", "input"), folder("out", "output"))
    assert "two different tasks" in found([both], [route("out", "in")])["routes[0]"]


def test_a_route_joins_folders_of_one_mode() -> None:
    chunks = task("writer", folder("in", "input", "chunk"))
    assert "same mode" in found([SOURCE, chunks], [route("out", "in")])["routes[0]"]


def test_an_input_that_nothing_feeds_is_no_mistake() -> None:
    assert found([SOURCE, SINK], []) == {}
    assert list(dag.unfed([SOURCE, SINK], [], frozenset())) == [(("tasks", 1, "ioFolders", 0), "in")]
    assert list(dag.unfed([SOURCE, SINK], [route("out", "in")], frozenset())) == []


def test_a_cycle_is_shown_by_engine_and_folder() -> None:
    first = task("first", folder("first-in", "input"), folder("first-out", "output"))
    second = task("second", folder("second-in", "input"), folder("second-out", "output"))
    problems = found([first, second], [route("first-out", "second-in"), route("second-out", "first-in")])
    assert list(problems) == ["routes"]
    assert 'engine first ("first-out") -> engine second ("second-in")' in problems["routes"]
    assert 'engine second ("second-out") -> engine first ("first-in")' in problems["routes"]


@pytest.mark.parametrize("path", [("routes",), ("tasks", 1), ("tasks", 1, "ioFolders"), ("routes", 0)])
def test_what_is_not_known_yet_is_not_held_against_the_graph(path: Path) -> None:
    assert found([SOURCE, SINK], [route("out", "nowhere")], frozenset({path})) == {}
    assert list(dag.unfed([SOURCE, SINK], [], frozenset({path}))) == []


def test_an_unknown_payload_hides_no_folder() -> None:
    unknown: frozenset[Path] = frozenset({("tasks", 0, "payload", "url")})
    assert "routes[0].childIoFolderReferenceId" in found([SOURCE, SINK], [route("out", "nowhere")], unknown)
    assert len(list(dag.unfed([SOURCE, SINK], [], unknown))) == 1
