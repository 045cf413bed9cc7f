"""Task graphs as graphs: in what order they are written means nothing, and how they are joined means everything."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiware_resources import Dag, engines, pipelines
from aiware_resources.dag import adapter, chunk_audio, engine, output_writer, playback
from aiware_resources.job import JobState
from aiware_resources.reconcile import Schema, path_text
from aiware_resources.reconcile.compare import changed_paths
from aiware_resources.reconcile.naming import api_properties

SCHEMA = Schema(JobState)
URL = "https://media.test/a.mp4"
Graph = dict[str, Any]


def graph_of(dag: Dag) -> Graph:
    return api_properties(JobState, {"tasks": list(dag.tasks), "routes": list(dag.routes)})


def lanes(*lengths: int, mode: str = "chunk") -> Graph:
    """Lanes of equal tasks side by side: many that only their places in the graph tell apart."""
    tasks: list[Graph] = []
    routes: list[Graph] = []
    for lane, length in enumerate(lengths):
        for at in range(length):
            ends = [("input", "in")] * (at > 0) + [("output", "out")] * (at < length - 1)
            folders = [{"referenceId": f"{lane}.{at}.{end}", "mode": mode, "type": kind} for kind, end in ends]
            tasks.append({"engineId": "e", "ioFolders": folders})
            if at:
                ends_of = {"parentIoFolderReferenceId": f"{lane}.{at - 1}.out"}
                routes.append({**ends_of, "childIoFolderReferenceId": f"{lane}.{at}.in"})
    return {"tasks": tasks, "routes": routes}


GRAPHS = {
    "transcription": graph_of(pipelines.transcription(URL)),
    "branches": graph_of(
        Dag(adapter(URL) >> [playback(), chunk_audio() >> engine(engines.SPEECHMATICS_ENGLISH) >> output_writer()])
    ),
    "equal branches": graph_of(Dag(adapter(URL) >> [playback(), playback(), chunk_audio() >> output_writer()])),
    "lanes": lanes(3, 3, 2),
    "standby": {
        "tasks": [
            {
                "engineId": "a",
                "ioFolders": [{"referenceId": "x", "mode": "chunk", "type": "input"}],
                "standbyTask": {
                    "engineId": "b",
                    "ioFolders": [
                        {"referenceId": "y", "mode": "chunk", "type": "output"},
                        {"referenceId": "z", "mode": "chunk", "type": "input"},
                    ],
                },
            },
        ],
        "routes": [{"parentIoFolderReferenceId": "y", "childIoFolderReferenceId": "x"}],
    },
}


def written_otherwise(graph: Graph, chance: random.Random) -> Graph:
    """The same graph, with tasks, folders and routes in another order, and other names."""
    text = copy.deepcopy(graph)
    names: dict[str, str] = {}
    fresh = list(range(100))
    chance.shuffle(fresh)

    def turned(task: Graph) -> None:
        chance.shuffle(task.get("ioFolders", []))
        for folder in task.get("ioFolders", []):
            folder["referenceId"] = names.setdefault(folder["referenceId"], f"n{fresh[len(names)]}")
        if "standbyTask" in task:
            turned(task["standbyTask"])

    for task in text["tasks"]:
        turned(task)
    for route in text["routes"]:
        for end in ("parentIoFolderReferenceId", "childIoFolderReferenceId"):
            route[end] = names.get(route[end], route[end])
    chance.shuffle(text["tasks"])
    chance.shuffle(text["routes"])
    return text


def changes(old: Graph, new: Graph) -> list[str]:
    return [path_text(path) for path in changed_paths(SCHEMA, old, new)]


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS)
@settings(max_examples=25)
@given(chance=st.randoms(use_true_random=False))
def test_how_a_graph_is_written_means_nothing(graph: Graph, chance: random.Random) -> None:
    other = written_otherwise(graph, chance)
    normal = SCHEMA.normal(graph)
    assert SCHEMA.normal(other) == normal == SCHEMA.normal(normal)
    assert changes(graph, other) == []


@settings(max_examples=25)
@given(chance=st.randoms(use_true_random=False))
def test_how_a_graph_is_joined_means_everything(chance: random.Random) -> None:
    assert changes(lanes(3, 3, 2), written_otherwise(lanes(4, 2, 2), chance)) != []
    other = written_otherwise(GRAPHS["branches"], chance)
    other["routes"].pop()
    assert {path.split("[")[0] for path in changes(GRAPHS["branches"], other)} == {"routes"}


@settings(max_examples=25)
@given(chance=st.randoms(use_true_random=False), place=st.integers(0, 7))
def test_how_a_task_is_run_is_found_at_its_place_and_nothing_else_is(chance: random.Random, place: int) -> None:
    other = written_otherwise(lanes(3, 3, 2), chance)
    other["tasks"][place]["executionPreferences"] = {"priority": 5}
    assert changes(lanes(3, 3, 2), other) == [f"tasks[{place}].executionPreferences.priority"]


def test_what_differs_is_found_at_the_place_where_the_program_has_it() -> None:
    graph = GRAPHS["branches"]
    other = copy.deepcopy(graph)
    for part in (other["tasks"], other["routes"]):
        part.reverse()
    place = next(index for index, task in enumerate(other["tasks"]) if task["engineId"] == engines.WEBSTREAM_ADAPTER)
    other["tasks"][place]["payload"]["url"] = "https://media.test/b.mp4"
    assert changes(graph, other) == [f"tasks[{place}].payload.url"]


def test_tasks_without_folders_work_in_their_order() -> None:
    tasks = [{"engineId": "a"}, {"engineId": "b"}]
    assert changes({"tasks": tasks}, {"tasks": tasks[::-1]}) != []
    folder = {"referenceId": "x", "mode": "chunk", "type": "input"}
    apart = {"engineId": "c", "ioFolders": [folder]}
    assert changes({"tasks": [apart, *tasks]}, {"tasks": [*tasks, apart]}) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"tasks": "none"},
        {"tasks": [None, {"engineId": "a"}]},
        {"tasks": [{"engineId": "a", "ioFolders": [{"mode": "chunk", "type": "input"}]}]},
        {"tasks": [{"engineId": "a"}], "routes": [None]},
        {"tasks": [{"engineId": "a"}], "routes": [{"childIoFolderReferenceId": "nowhere"}]},
    ],
)
def test_what_is_no_graph_can_be_compared_all_the_same(broken: Graph) -> None:
    assert changes(broken, copy.deepcopy(broken)) == []
    assert changes(broken, GRAPHS["lanes"]) != []


def test_a_payload_written_as_text_is_what_it_says() -> None:
    def job(text: str) -> Graph:
        return {"tasks": [{"engineId": "a", "payloadString": text}]}

    assert changes(job('{"a": 1, "b": 2}'), job('{ "b":2, "a":1 }')) == []
    assert changes(job('{"u": "https://h.test/a?X-Amz-Signature=1"}'), job('{"u": "https://h.test/a"}')) == []
    assert changes(job('{"a": 1}'), job('{"a": 2}')) == ["tasks[0].payloadString"]
    assert changes(job("{"), job("{")) == []
