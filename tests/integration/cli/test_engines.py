"""`aiware engines`."""

from __future__ import annotations

import json

import pytest

from aiware_resources import engines
from tests.support.command import Aiware
from tests.support.local import Local


def test_engines(aiware: Aiware, local: Local) -> None:
    listed = aiware("engines", "list", "--category", "transcription", "--name", "speechmatics")
    assert engines.SPEECHMATICS_ENGLISH in listed.output
    assert engines.GOOGLE_SPEECH_TO_TEXT not in listed.output
    found = json.loads(aiware("engines", "list", "--type", "ingestion", "--json").output)
    assert {engine["category"]["type"]["name"] for engine in found} == {"Ingestion"}
    assert len(json.loads(aiware("engines", "list", "--limit", "2", "--json").output)) == 2
    assert aiware("engines", "list", "--name", "zzz").output == "There are no such engines.\n"


def test_a_type_that_there_is_not(aiware: Aiware, local: Local) -> None:
    result = aiware("engines", "list", "--type", "Cognitive")
    assert result.exit_code == 1
    assert "The types are Cognition, Ingestion, Aggregator" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list", "--category", "Transcripton"], 'no engine category "Transcripton". Did you mean "Transcription"?'),
        (["list", "--category", "zzz"], 'no engine category "zzz". `aiware engines categories` shows what there is.'),
        (["categories", "--type", "Cognitiv"], 'no engine type "Cognitiv". Did you mean "Cognition"?'),
    ],
)
def test_a_filter_for_what_there_is_not(aiware: Aiware, local: Local, arguments: list[str], says: str) -> None:
    result = aiware("engines", *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: aiWARE has {says}\n"


def test_a_category_without_such_engines_is_not_an_error(aiware: Aiware, local: Local) -> None:
    result = aiware("engines", "list", "--category", "transcription", "--name", "zzz")
    assert (result.exit_code, result.output) == (0, "There are no such engines.\n")


def test_categories(aiware: Aiware, local: Local) -> None:
    listed = aiware("engines", "categories", "--type", "Cognition").output
    assert "Transcription" in listed
    assert "Adapter" not in listed
    found = json.loads(aiware("engines", "categories", "--json").output)
    assert {category["categoryType"] for category in found} >= {"transcript", "adapter"}
    assert json.loads(aiware("engines", "categories", "--limit", "1", "--json").output) == found[:1]


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


def test_one_that_is_not_there(aiware: Aiware, local: Local) -> None:
    result = aiware("engines", "show", "Chunkk")
    assert result.exit_code == 1
    assert f'Did you mean "Chunk" ({engines.CHUNK})?' in result.stderr
