"""Fetching never fails but in the documented ways, whatever the URL and whatever lies beside the media."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aiware_local.installation.errors import RunError
from aiware_local.installation.media import MediaFetcher, local_path
from aiware_local.storage.files import Files
from aiware_local.tdos.sidecars import read_sidecar

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
    fetcher = MediaFetcher(tmp_path / "root", Files(tmp_path / "files"), tmp_path / "files")
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
        assert all(word.text and word.start_ms <= word.stop_ms for word in read_sidecar(path))


def test_transcript_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not a text"):
        read_sidecar(path)


@pytest.fixture
def media_root(tmp_path: Path) -> Path:
    """A project's folder with secrets in it, below a hidden folder."""
    root = tmp_path / ".work" / "root"
    for name in (
        ".passphrase",
        ".pulumi-state/state.json",
        "media/.hidden/a.txt",
        "stacks/Pulumi.dev.yaml",
        "data/credentials.json",
        "media/a.txt",
        "Pulumi.yaml",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("sekrit")
    (tmp_path / "outside.txt").write_text("sekrit")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "visible.txt").symlink_to(root / ".passphrase")
    (root / "talk.mp4").write_bytes(b"sound")
    return root


@pytest.mark.parametrize(
    "url",
    [
        "file:.passphrase",
        ".passphrase",
        "file:%2Epassphrase",
        "media/../.passphrase",
        ".pulumi-state/state.json",
        ".nothing/a.txt",
        "media/.hidden/a.txt",
        "stacks/Pulumi.dev.yaml",
        "stacks/pulumi.DEV.yml",
        "data/credentials.json",
        "data/../data/credentials.json",
        "link.txt",
        "visible.txt",
    ],
)
def test_secrets_are_no_media(media_root: Path, url: str) -> None:
    fetcher = MediaFetcher(media_root, Files(media_root / "data" / "files"), media_root / "data")
    with pytest.raises(RunError) as caught:
        asyncio.run(fetcher.fetch(url, "x"))
    assert caught.value.reason == "url_not_allowed"
    assert list((media_root / "data" / "files").glob("x*")) == []


@pytest.mark.parametrize("target", [".passphrase", "../../outside.txt", "stacks/Pulumi.dev.yaml"])
def test_a_transcript_that_leads_to_secrets_is_passed_over(media_root: Path, target: str) -> None:
    (media_root / "talk.txt").symlink_to(media_root / target)
    fetcher = MediaFetcher(media_root, Files(media_root / "data" / "files"), media_root / "data")
    assert asyncio.run(fetcher.fetch("talk.mp4", "x")).sidecar is None


@pytest.mark.parametrize("url", ["media/a.txt", "./media/a.txt", "file:media/../media/a.txt", "Pulumi.yaml"])
def test_what_is_no_secret_is_media(media_root: Path, url: str) -> None:
    fetcher = MediaFetcher(media_root, Files(media_root / "data" / "files"), media_root / "data")
    assert asyncio.run(fetcher.fetch(url, "x")).size == 6


@pytest.mark.parametrize(
    ("url", "elsewhere", "on_windows"),
    [
        ("talk.mp4", "talk.mp4", "talk.mp4"),
        ("file:my%20talk.mp4", "my talk.mp4", "my talk.mp4"),
        ("file:///media/talk.mp4", "/media/talk.mp4", "/media/talk.mp4"),
        ("file:///C:/media/my%20talk.mp4", "/C:/media/my talk.mp4", "C:/media/my talk.mp4"),
        ("file:C:/media/talk.mp4", "C:/media/talk.mp4", "C:/media/talk.mp4"),
        (r"C:\media\100%20.mp4", None, r"C:\media\100%20.mp4"),
        ("c:/media/talk#1.mp4", None, "c:/media/talk#1.mp4"),
        ("https://media.example.com/talk.mp4", None, None),
        ("s3://bucket/talk.mp4", None, None),
    ],
)
def test_a_path_may_begin_with_a_drive_on_windows(url: str, elsewhere: str | None, on_windows: str | None) -> None:
    assert local_path(url, urlsplit(url), has_drives=False) == elsewhere
    assert local_path(url, urlsplit(url), has_drives=True) == on_windows
