"""What local engines find out is valid by the JSON schemas that Veritone publishes."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aiware_resources import Dag, engines, pipelines
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.local import Local
from tests.support.project import ROOT
from tests.support.vtn_schemas import Schemas, examples, schemas

__all__ = ["schemas"]

RESULTS = "query($id: ID) { engineResults(jobId: $id) { records { engineId jsondata } } }"
TEXT_ENGINES = {
    "extraction": "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a21",
    "language": "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a22",
    "keywords": "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a23",
}
# That the best path has to be marked is said in Veritone's code, and not in the schema.
NOT_IN_THE_SCHEMA = {"lattice.no.best.path.json"}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    folder = tmp_path_factory.mktemp("aiware")
    for media in (ROOT / "examples" / "media").iterdir():
        shutil.copy(media, folder)
    (folder / "speech.txt").write_text("Hola, mundo. Buenos días a todos.")
    server = Local(folder / "data", folder)
    server.behave(jobSeconds=0)
    yield server
    server.stop()


def results(local: Local, graph: Dag) -> list[dict[str, Any]]:
    content = api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes), "target": {}})
    create = "mutation($input: CreateJob) { createJob(input: $input) { id } }"
    job = local.graphql(create, input=content)["createJob"]["id"]
    # On a slow machine, engines that do real work take a moment.
    deadline = time.monotonic() + 100
    while local.graphql("query($id: ID!) { job(id: $id) { status } }", id=job)["job"]["status"] != "complete":
        assert time.monotonic() < deadline, "the job did not complete"
        time.sleep(0.05)
    records: list[dict[str, Any]] = local.graphql(RESULTS, id=job)["engineResults"]["records"]
    assert records
    return records


@pytest.mark.parametrize(
    "graph",
    [
        pipelines.transcription("file:city-council.mp4"),
        pipelines.transcription("https://media.test/simulated.mp4"),
        pipelines.stream_transcription("file:city-council.mp4"),
        pipelines.transcription("file:city-council.mp4", engine_id=engines.SPEAKER_DETECTION),
        pipelines.translation("file:speech.txt"),
        *(pipelines.text_file("file:speech.txt", engine_id) for engine_id in TEXT_ENGINES.values()),
    ],
    ids=["transcription", "simulated", "stream", "speakers", "translation", *TEXT_ENGINES],
)
def test_results_are_valid(local: Local, schemas: Schemas, graph: Dag) -> None:
    for result in results(local, graph):
        assert schemas.problems(result["jsondata"]) == []


def test_the_best_path_is_marked(local: Local) -> None:
    (result,) = results(local, pipelines.transcription("file:city-council.mp4"))
    for entry in result["jsondata"]["series"]:
        assert [word["bestPath"] for word in entry["words"]].count(True) == 1


def test_the_schemas_tell_good_from_bad(schemas: Schemas) -> None:
    good = {path: schemas.problems_by(path.parts[-3], _read(path)) for path in examples("examples")}
    bad = {path: schemas.problems_by(path.parts[-3], _read(path)) for path in examples("invalid-examples")}
    assert len(good) > 50
    assert len(bad) > 50
    assert {str(path): problems for path, problems in good.items() if problems} == {}
    assert {path.name for path, problems in bad.items() if not problems} == NOT_IN_THE_SCHEMA


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
