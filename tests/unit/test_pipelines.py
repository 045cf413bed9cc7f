"""Ready graphs: each holds together, and is what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_resources import dag, engines, pipelines
from aiware_resources.dag import Dag
from aiware_resources.job import JobState
from aiware_resources.reconcile import Schema
from aiware_resources.reconcile.naming import api_properties
from tests.support.edge import GOLDEN

SCHEMA = Schema(JobState)
GRAPHS = {
    "transcription": pipelines.transcription("u", payload={"diarise": "true"}),
    "stream_transcription": pipelines.stream_transcription("u", payload={"languageCode": "es"}),
    "reprocess_transcription": pipelines.reprocess_transcription(chunk_seconds=60),
    "translation": pipelines.translation("u", payload={"target": "en"}),
    "text_file": pipelines.text_file("u", "an-engine", payload={"numberOfKeywords": 5}),
}
WITHOUT_ROUTES = {
    "one_engine": pipelines.one_engine("an-engine", "u", payload={"a": 1}),
    "training": pipelines.training("an-engine", "5", payload={"libraryEngineModelId": "6"}),
}


def properties(graph: Dag) -> dict[str, Any]:
    return api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes)})


def test_every_pipeline_is_tested() -> None:
    made = {name for name, item in vars(pipelines).items() if getattr(item, "__module__", "") == pipelines.__name__}
    assert made == GRAPHS.keys() | WITHOUT_ROUTES.keys()


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())
def test_it_holds_together(graph: Dag) -> None:
    values, found = SCHEMA.validate({**properties(graph), "targetId": "1"}, frozenset())
    assert found == []
    assert list(dag.problems(values["tasks"], values["routes"], frozenset())) == []


@pytest.mark.parametrize(
    ("graph", "tasks"),
    [
        (
            WITHOUT_ROUTES["one_engine"],
            [
                {"engineId": engines.WEBSTREAM_ADAPTER, "payload": {"url": "u"}},
                {"engineId": "an-engine", "payload": {"a": 1}},
            ],
        ),
        (pipelines.one_engine("an-engine"), [{"engineId": "an-engine"}]),
        (
            WITHOUT_ROUTES["training"],
            [
                {
                    "engineId": "an-engine",
                    "payload": {"mode": "library-train", "libraryId": "5", "libraryEngineModelId": "6"},
                }
            ],
        ),
    ],
)
def test_tasks_without_routes(graph: Dag, tasks: list[dict[str, Any]]) -> None:
    assert properties(graph) == {"tasks": tasks, "routes": []}
    values, found = SCHEMA.validate(properties(graph), frozenset())
    assert [*found, *dag.problems(values["tasks"], values["routes"], frozenset())] == []


def test_what_the_tdo_holds_is_ingested_without_a_url() -> None:
    for graph in (pipelines.transcription(), pipelines.stream_transcription()):
        assert "payload" not in graph.tasks[0]


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())
def test_results_reach_the_output_writer(graph: Dag) -> None:
    assert graph.tasks[-1]["engine_id"] == engines.OUTPUT_WRITER
    assert graph.routes[-1]["child_io_folder_reference_id"] == "writer-in"


def test_a_stream_engine_gets_the_stream_itself() -> None:
    graph = GRAPHS["stream_transcription"]
    assert [each["engine_id"] for each in graph.tasks] == [
        engines.WEBSTREAM_ADAPTER, engines.PLAYBACK, engines.GOOGLE_SPEECH_TO_TEXT, engines.OUTPUT_WRITER,
    ]  # fmt: skip
    assert properties(graph)["tasks"][2] == {
        "engineId": engines.GOOGLE_SPEECH_TO_TEXT,
        "payload": {"languageCode": "es"},
        "ioFolders": [
            {"referenceId": "engine-in", "mode": "stream", "type": "input"},
            {"referenceId": "engine-out", "mode": "chunk", "type": "output"},
        ],
    }


def test_the_translation_is_the_documents_edge_job() -> None:
    (job,) = json.loads(GOLDEN.read_text(encoding="utf-8"))["jobs"]
    url = json.loads(job["tasks"][0]["payloadJSON"])["url"]
    ours = properties(pipelines.translation(url))["tasks"]
    for task, theirs in zip(ours, job["tasks"], strict=True):
        assert task["engineId"] == theirs["engineId"]
        assert task.get("payload", {}) == json.loads(theirs["payloadJSON"])
        folders = [(folder["mode"], folder["type"]) for folder in task["ioFolders"]]
        assert folders == [(folder["mode"], folder["type"]) for folder in theirs["ioFolders"]]


def test_a_document_is_stored_and_passed_on_uncut() -> None:
    tasks = properties(GRAPHS["text_file"])["tasks"]
    assert [task["engineId"] for task in tasks] == [
        engines.WEBSTREAM_ADAPTER, engines.ASSET_CREATOR, engines.CHUNK, "an-engine", engines.OUTPUT_WRITER,
    ]  # fmt: skip
    assert tasks[2]["payload"] == {"ffmpegTemplate": "rawchunk"}
    assert tasks[3]["payload"] == {"numberOfKeywords": 5}
