"""`aiware engines show`."""

from __future__ import annotations

import json

import pytest

from aiware_resources import engines
from tests.support.command import Aiware
from tests.support.local import Local


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
