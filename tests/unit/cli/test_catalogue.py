"""`aiware engines` and `aiware clusters`, against a real local aiWARE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiware_resources import engines
from tests.support.local import Local
from tests.unit.cli.conftest import Aiware


@pytest.fixture
def local(data: Path) -> Iterator[Local]:
    server = Local(data, data.parent)
    yield server
    server.stop()


def test_engines(aiware: Aiware, local: Local) -> None:
    listed = aiware("engines", "list", "--category", "transcription", "--name", "speechmatics")
    assert engines.SPEECHMATICS_ENGLISH in listed.output
    assert engines.GOOGLE_SPEECH_TO_TEXT not in listed.output
    found = json.loads(aiware("engines", "list", "--type", "ingestion", "--json").output)
    assert {engine["category"]["type"]["name"] for engine in found} == {"Ingestion"}
    assert aiware("engines", "list", "--name", "zzz").output == "There are no such engines.\n"


@pytest.mark.parametrize("columns", [80, 200])
def test_one_engine_with_its_fields(aiware: Aiware, local: Local, columns: int) -> None:
    shown = aiware("engines", "show", "Chunk", columns=columns).output
    assert f"id: {engines.CHUNK}" in shown
    assert "customFFMPEGProperties.chunkSizeInSeconds" in shown
    assert json.loads(aiware("engines", "show", engines.CHUNK, "--json").output)["name"] == "Chunk"


def test_limits_options_and_defaults(aiware: Aiware, local: Local) -> None:
    shown = aiware("engines", "show", "Chunk").output
    assert "from 1 to 3600 step 1" in shown
    assert "audio, video, frame, rawchunk, custom" in shown
    assert "Where the media is. Required." in aiware("engines", "show", engines.WEBSTREAM_ADAPTER).output
    assert "lists no fields" in aiware("engines", "show", engines.PLAYBACK).output


def test_categories(aiware: Aiware, local: Local) -> None:
    listed = aiware("engines", "categories", "--type", "Cognition").output
    assert "Transcription" in listed
    assert "Adapter" not in listed
    found = json.loads(aiware("engines", "categories", "--json").output)
    assert {category["categoryType"] for category in found} >= {"transcript", "adapter"}
    assert aiware("engines", "categories", "--type", "zzz").output == "There are no such categories.\n"


def test_clusters(aiware: Aiware, local: Local) -> None:
    assert aiware("clusters", "list").output == "There are no clusters.\n"
    made = local.graphql(
        'mutation { createCluster(input: {name: "c", type: RT, allowedEngines: ["all"], memorySize: "20gb", '
        'dockerCredentials: {user: "sekrit"}, serviceToken: "sekrit"}) { id } }'
    )["createCluster"]["id"]
    listed = aiware("clusters", "list", columns=80)
    assert made in listed.output
    shown = aiware("clusters", "show", "c").output
    assert f"id: {made}\nname: c\ntype: RT\n" in shown
    assert "memory: 20 GiB" in shown
    assert json.loads(aiware("clusters", "show", made, "--json").output)["allowedEngines"] == ["all"]
    assert [each["id"] for each in json.loads(aiware("clusters", "list", "--json").output)] == [made]
    assert "sekrit" not in aiware("clusters", "show", made, "--json").output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("engines", "show", "Chunkk"), f'Did you mean "Chunk" ({engines.CHUNK})?'),
        (("engines", "list", "--type", "Cognitive"), "The types are Cognition, Ingestion, Aggregator"),
        (("clusters", "show", "c"), 'aiWARE has no cluster "c"'),
    ],
)
def test_what_is_not_there(aiware: Aiware, local: Local, arguments: tuple[str, ...], says: str) -> None:
    result = aiware(*arguments)
    assert result.exit_code == 1
    assert says in result.output
