"""Graphs drawn in a line."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources import dag, engines, pipelines
from aiware_resources.dag import Dag, adapter, chunk_audio, engine, in_turn, output_writer, playback, task
from aiware_resources.errors import GraphError
from aiware_resources.job import JobState
from aiware_resources.reconcile import Schema
from aiware_resources.reconcile.compare import changed_paths
from aiware_resources.reconcile.naming import api_properties
from tests.support import seed

SCHEMA = Schema(JobState)


def properties(graph: Dag) -> dict[str, Any]:
    return api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes)})


def written(program: str) -> dict[str, Any]:
    names: dict[str, Any] = {"engines": engines}
    exec(program, names)  # noqa: S102 - the program of the test itself
    if "graph" in names:
        return properties(names["graph"])
    return api_properties(JobState, {"tasks": names["tasks"], "routes": names["routes"]})


def test_the_seed_documents_job_in_ten_lines_is_the_one_written_by_hand() -> None:
    by_hand, in_a_line = written(seed.PROGRAM), written(seed.DAG)
    assert len(seed.DAG.strip().splitlines()) <= 10
    assert changed_paths(SCHEMA, by_hand, in_a_line) == []
    assert properties(pipelines.transcription(seed.URL)) == in_a_line


def test_names_of_folders_are_no_difference_but_wires_are() -> None:
    by_hand = written(seed.PROGRAM)
    renamed = written(seed.PROGRAM.replace("wsaOutputFolder", "other"))
    assert changed_paths(SCHEMA, by_hand, renamed) == []
    rewired = written(seed.PROGRAM.replace('route("wsaOutputFolder", "chunkAudioInputFolder"),', ""))
    assert {path[0] for path in changed_paths(SCHEMA, by_hand, rewired)} == {"routes"}


def test_a_payload_that_speaks_of_references_is_left_alone() -> None:
    graph = Dag(adapter("u", referenceId="adapter-out") >> playback())
    payloads = [task["payload"] for task in SCHEMA.normal(properties(graph))["tasks"] if "payload" in task]
    assert payloads == [{"url": "u", "referenceId": "adapter-out"}]


def test_every_built_graph_holds_together() -> None:
    wide = Dag(
        adapter("u") >> [playback(), chunk_audio() >> [engine("a"), engine("b")]] >> output_writer(),
        adapter("v") >> engine("c", writes=None),
    )
    values, found = SCHEMA.validate({**properties(wide), "targetId": "1"}, frozenset())
    assert found == []
    assert list(dag.problems(values["tasks"], values["routes"], frozenset())) == []
    assert len(wide.tasks) == 8
    assert [each["parent_io_folder_reference_id"] for each in wide.routes] == [
        "adapter-out", "adapter-out", "chunk-out", "chunk-out", "engine-out", "engine-2-out", "adapter-2-out",
    ]  # fmt: skip


def test_tasks_in_turn_have_no_folders_and_join_nothing() -> None:
    graph = Dag(
        in_turn(adapter("u", chunkSize=5), playback(), engine("e"), task({"engine_id": "t", "test_task": True}))
    )
    assert properties(graph) == {
        "tasks": [
            {"engineId": engines.WEBSTREAM_ADAPTER, "payload": {"url": "u", "chunkSize": 5}},
            {"engineId": engines.PLAYBACK},
            {"engineId": "e"},
            {"engineId": "t", "testTask": True},
        ],
        "routes": [],
    }
    assert [line.strip() for line in graph.mermaid().splitlines() if "-->" in line] == [
        "t0 -->|then| t1", "t1 -->|then| t2", "t2 -->|then| t3",
    ]  # fmt: skip
    with pytest.raises(GraphError, match="writes nothing"):
        in_turn(adapter("u")) >> engine("e")


def test_an_engine_reads_what_its_parent_writes() -> None:
    streaming = Dag(adapter("u") >> engine("s"))
    assert streaming.tasks[1]["io_folders"][0]["mode"] == "stream"  # type: ignore[index]
    chunked = Dag(adapter("u") >> chunk_audio() >> engine("s"))
    assert chunked.tasks[2]["io_folders"][0]["mode"] == "chunk"  # type: ignore[index]


def test_hand_written_tasks_join_by_their_own_folders() -> None:
    mine = task(
        {
            "engine_id": "mine",
            "io_folders": [
                {"reference_id": "my-in", "mode": "chunk", "type": "input"},
                {"reference_id": "my-out", "mode": "chunk", "type": "output"},
            ],
        }
    )
    graph = Dag(adapter("u") >> chunk_audio() >> mine >> output_writer())
    assert [(each["parent_io_folder_reference_id"], each["child_io_folder_reference_id"]) for each in graph.routes] == [
        ("adapter-out", "chunk-in"),
        ("chunk-out", "my-in"),
        ("my-out", "writer-in"),
    ]


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: playback() >> output_writer(), "playback writes nothing"),
        (lambda: playback() >> adapter("u"), "playback writes nothing"),
        (lambda: adapter("u") >> adapter("v"), "adapter reads nothing"),
        (lambda: adapter("u") >> [], "adapter cannot feed an empty list"),
        (lambda: adapter("u") >> engines.PLAYBACK, "is not a part of a task graph. Join nodes such as engine"),  # type: ignore[operator]
        (lambda: adapter("u") >> [playback(), 5], "5 is not a part of a task graph"),  # type: ignore[list-item]
        (lambda: Dag(adapter("u") >> output_writer()), "adapter writes a stream, but writer reads a chunk"),
        (lambda: Dag([adapter("u"), chunk_audio(from_tdo=True)] >> engine("e")), "it can read one of them only"),
    ],
)
def test_what_cannot_be_joined_is_refused(build: Any, says: str) -> None:
    with pytest.raises(GraphError, match=says):
        build()


def test_it_is_drawn() -> None:
    assert Dag(adapter("u") >> [playback(), engine("an-engine")]).mermaid() == (
        "flowchart LR\n"
        '    t0["Webstream Adapter"]\n'
        '    t1["Playback"]\n'
        '    t2["an-engine"]\n'
        "    t0 -->|stream| t1\n"
        "    t0 -->|stream| t2\n"
    )
