"""`aiware dag`: graphs of files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aiware_resources import pipelines
from aiware_resources.dag.model import Route, Task
from aiware_resources.reconcile.naming import api_properties
from tests.support.command import Aiware
from tests.support.edge import GOLDEN

ROOT = Path(__file__).parents[3]
MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"
GRAPH = pipelines.transcription("u")
JOB: dict[str, Any] = {
    "tasks": [api_properties(Task, task) for task in GRAPH.tasks],
    "routes": [api_properties(Route, route) for route in GRAPH.routes],
}


TRANSCRIPTION = (
    "flowchart LR\n"
    '    t0["Webstream Adapter"]\n'
    '    t1["Playback"]\n'
    '    t2["Chunk"]\n'
    '    t3["Speechmatics Transcription"]\n'
    '    t4["Output Writer"]\n'
    "    t0 -->|stream| t1\n"
    "    t0 -->|stream| t2\n"
    "    t2 -->|chunk| t3\n"
    "    t3 -->|chunk| t4\n"
)


@pytest.mark.parametrize(
    "content",
    [
        JOB,
        {"input": JOB},
        {"query": "mutation($input: CreateJob) { createJob(input: $input) { id } }", "variables": {"input": JOB}},
        {"data": {"job": {**JOB, "tasks": {"records": JOB["tasks"]}}}},
        [JOB],
    ],
)
def test_json_in_every_shape(aiware: Aiware, tmp_path: Path, content: Any) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(content))
    assert aiware("dag", str(file)).stdout == TRANSCRIPTION


def test_the_documents_mutation(aiware: Aiware) -> None:
    assert aiware("dag", str(MUTATION)).stdout == TRANSCRIPTION


def test_the_documents_edge_job(aiware: Aiware) -> None:
    drawn = aiware("dag", str(GOLDEN))
    assert drawn.stdout == (
        'flowchart LR\n    t0["Spanish to English"]\n    t1["Output Writer"]\n    t0 -->|chunk| t1\n'
    )
    assert drawn.stderr == ""


def test_boxes_and_arrows_as_json(aiware: Aiware, tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(JOB))
    (graph,) = json.loads(aiware("dag", str(file), "--json").stdout)
    assert (graph["title"], graph["tasks"][0]) == ("job", "Webstream Adapter")
    assert graph["routes"][0] == {"parent": 0, "child": 1, "label": "stream"}
    assert aiware("dag", str(file), "--json", "--svg").exit_code == 2


def test_a_route_that_joins_nothing_is_told(aiware: Aiware, tmp_path: Path) -> None:
    file = tmp_path / "job.json"
    loose = {"parentIoFolderReferenceId": "adapter-out", "childIoFolderReferenceId": "nowhere"}
    file.write_text(json.dumps({**JOB, "routes": [*JOB["routes"], loose]}))
    drawn = aiware("dag", str(file))
    assert (drawn.stdout, drawn.exit_code) == (TRANSCRIPTION, 0)
    assert "Warning: job: routes[4] joins no two folders" in drawn.stderr


@pytest.mark.parametrize(
    ("name", "content", "code", "says"),
    [
        ("a.json", "{nonsense", 1, "is not JSON"),
        ("a.json", "{}", 1, "describes no job"),
        ("a.json", '{"tasks": []', 1, "is not JSON"),
        ("a.graphql", "mutation {", 1, "1:11: is not a GraphQL document"),
        ("a.graphql", "{ me { id } }", 1, "describes no job"),
        ("a.graphql", "mutation($i: CreateJob) { createJob(input: $i) { id } }", 1, "a variable whose value is not in"),
    ],
)
def test_what_cannot_be_drawn(aiware: Aiware, tmp_path: Path, name: str, content: str, code: int, says: str) -> None:
    file = tmp_path / name
    file.write_text(content)
    drawn = aiware("dag", str(file))
    assert (drawn.exit_code, drawn.stdout) == (code, "")
    assert says in drawn.stderr
    assert "Traceback" not in drawn.stderr


def test_several_files(aiware: Aiware, tmp_path: Path) -> None:
    (tmp_path / "job.json").write_text(json.dumps({**JOB, "name": "one"}))
    (tmp_path / "launch.graphql").write_text(
        'mutation { two: launchSingleEngineJob(input: {engineId: "mine", uploadUrl: "u"}) { id } }'
    )
    graphs = json.loads(aiware("dag", str(tmp_path), str(GOLDEN), "--json").stdout)
    assert [graph["title"] for graph in graphs] == ["one", "two", "edge_translation_job"]
    assert graphs[1]["tasks"] == ["mine"]
