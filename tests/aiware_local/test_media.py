"""Fetching never fails but in the documented ways, whatever the URL and whatever lies beside the media."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aiware_local.failures import RunError
from aiware_local.files import Files
from aiware_local.media import MediaFetcher
from aiware_local.transcripts import read_transcript

ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


async def _outcome(fetcher: MediaFetcher, url: Any) -> tuple[str | None, str | None]:
    """The message of a refusal, or the stored file."""
    try:
        return None, (await fetcher.fetch(url, "x")).file
    except RunError as error:
        return error.message, None


@ONE_FOLDER
@example(url="http://[")
@example(url="file:a\0b")
@example(url="http://127.0.0.1:99999/a")
@example(url="http://127.0.0.1:9/..")
@example(url="file:" + "a" * 5000)
@example(url="s3://bucket/a.mp4")
@example(url="//host/a")
@given(url=st.text(max_size=20) | st.text(max_size=20).map("file:{}".format) | st.none() | st.integers())
def test_any_url(tmp_path: Path, url: Any) -> None:
    fetcher = MediaFetcher(tmp_path / "root", Files(tmp_path / "files"))
    message, file = asyncio.run(_outcome(fetcher, url))
    assert message != ""
    assert file is None


@ONE_FOLDER
@pytest.mark.parametrize("ending", [".vtt", ".srt", ".txt"])
@given(text=st.text(max_size=60) | st.text(max_size=30).map("WEBVTT\n\n00:01.000 --> 00:02.000\n{}".format))
def test_any_transcript(tmp_path: Path, ending: str, text: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(ValueError):
        assert all(word.text and word.start_ms <= word.stop_ms for word in read_transcript(path))


def test_transcript_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="utf-8"):
        read_transcript(path)
