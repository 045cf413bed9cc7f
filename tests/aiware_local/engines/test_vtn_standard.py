"""What local engines find out is in the form of vtn-standard."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from aiware_resources import Dag, engines, pipelines
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.contracts.vtn_standard import problems
from tests.published import schemas
from tests.support.local import Local
from tests.support.project import ROOT

RESULTS = "query($id: ID) { engineResults(jobId: $id) { records { engineId jsondata } } }"
TEXT_ENGINES = {
    "extraction": "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a21",
    "language": "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a22",
    "keywords": "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a23",
    "amazon": engines.AMAZON_TRANSLATE,
}
SIMULATED_ENGINES = {
    "objects": engines.OBJECT_DETECTION,
    "faces": engines.FACE_RECOGNITION,
    "concepts": engines.CONTENT_CLASSIFICATION,
    "entities": engines.ENTITY_EXTRACTION,
}


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


GRAPHS = {
    "transcription": pipelines.transcription("file:interview.mp4"),
    "simulated": pipelines.transcription("https://media.test/simulated.mp4"),
    "stream": pipelines.stream_transcription("file:interview.mp4"),
    "speakers": pipelines.transcription("file:interview.mp4", engine_id=engines.SPEAKER_DETECTION),
    "translation": pipelines.translation("file:speech.txt"),
    **{
        name: pipelines.text_file("file:speech.txt", engine_id)
        for name, engine_id in {**TEXT_ENGINES, **SIMULATED_ENGINES}.items()
    },
}


@pytest.fixture(scope="module")
def found(local: Local) -> Callable[[str], list[dict[str, Any]]]:
    """The documents that the engines of a graph write."""
    return cache(lambda name: [each["jsondata"] for each in results(local, GRAPHS[name])])


CHECKS = {"rules": problems, **({"schemas": schemas.problems} if schemas.ARE_THERE else {})}
"""Our rules, and Veritone's JSON schemas where they could be fetched."""


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("name", GRAPHS)
def test_results_are_valid(
    found: Callable[[str], list[dict[str, Any]]], name: str, check: Callable[[Any], list[str]]
) -> None:
    for document in found(name):
        assert check(document) == []
        assert check({**document, "series": [{"startTimeMs": -1}]})


@pytest.mark.parametrize("name", SIMULATED_ENGINES)
def test_what_is_made_up_says_so(found: Callable[[str], list[dict[str, Any]]], name: str) -> None:
    (document,) = found(name)
    entries = [*document.get("object", []), *(each["object"] for each in document.get("series", []))]
    assert entries
    assert all("simulated" in json.dumps(each) for each in entries)


def test_the_best_path_is_marked(found: Callable[[str], list[dict[str, Any]]]) -> None:
    (document,) = found("transcription")
    for entry in document["series"]:
        assert [word["bestPath"] for word in entry["words"]].count(True) == 1


def entry(**changes: Any) -> dict[str, Any]:
    return {"startTimeMs": 0, "stopTimeMs": 100, **changes}


HELLO, HALLO = ({"word": word, "confidence": 0.5, "utteranceLength": 1} for word in ("hello", "hallo"))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"validationContracts": ["transcript"]}, "has a series"),
        ({"validationContracts": ["transcript"], "series": [entry()]}, "has words"),
        ({"validationContracts": ["sing-along"], "series": []}, "validationContracts.0"),
        ({"validationContracts": []}, "validationContracts"),
        ({"validationContracts": ["keyword"], "object": [{"type": "keyword"}]}, "each is a keyword"),
        ({"validationContracts": ["text"], "object": [{"type": "text"}]}, "each is text"),
        ({"validationContracts": ["language"]}, "the language is told"),
        ({"validationContracts": ["concept"], "object": [{"type": "concept"}]}, "each is a concept"),
        ({"validationContracts": ["entity"], "object": [{"type": "namedEntity"}]}, "each is an entity"),
        ({"validationContracts": ["object"], "series": [entry()]}, "each is an object"),
        ({"series": [{"startTimeMs": 0}]}, "series.0.stopTimeMs"),
        ({"series": [entry(startTimeMs=0.5)]}, "series.0.startTimeMs"),
        ({"series": [entry(stopTimeMs=-1)]}, "series.0.stopTimeMs"),
        ({"series": [entry(speaker="a")]}, "series.0.speaker"),
        ({"series": [entry(words=[])]}, "series.0.words"),
        ({"series": [entry(words=[{"word": "a", "confidence": 2}])]}, "series.0.words.0.confidence"),
        ({"series": [entry(words=[HELLO, {"word": "hallo", "bestPath": True}])]}, "alternatives are weighed"),
        ({"series": [entry(words=[HELLO, HALLO])]}, "on the best path"),
        ({"object": [{"label": "a"}]}, "object.0.type"),
        ({"object": [{"type": "text", "page": 0}]}, "object.0.page"),
        ({"generatedDateUTC": "today"}, "generatedDateUTC"),
    ],
)
def test_what_is_wrong_with_a_document_is_found(document: dict[str, Any], says: str) -> None:
    (problem,) = problems(document)
    assert says in problem


def test_nothing_is_wrong_with_others() -> None:
    words = [{**HELLO, "bestPath": True}, HALLO]
    assert problems({"validationContracts": ["transcript"], "series": [entry(words=words, speakerId="a")]}) == []
    assert problems({"generatedDateUTC": "2026-11-18T11:06:40Z", "vendor": {"a": 1}, "series": []}) == []
