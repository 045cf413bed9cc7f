"""`aiware exports download`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import request_export, submit


@pytest.fixture
def tdo(local: Local) -> str:
    """A TDO with a transcript."""
    submit(local)
    found: str = local.only("tdos")["id"]
    return found


def test_one_file(aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
    file = tmp_path / "captions.vtt"
    assert aiware("exports", "download", request_export(local, tdo, "vtt"), "-o", str(file)).stdout == f"{file}\n"
    assert file.read_text().startswith("WEBVTT")


def test_several_files(aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
    export, folder = request_export(local, tdo, "vtt", "srt"), tmp_path / "out"
    refused = aiware("exports", "download", export, "-o", str(tmp_path / "a.vtt"))
    assert refused.exit_code == 1
    assert "Name a folder to unpack them into, by a slash at the end." in refused.stderr
    files = json.loads(aiware("exports", "download", export, "-o", f"{folder}/", "--json").output)
    assert [file["path"] for file in files] == [str(folder / f"{tdo}.srt"), str(folder / f"{tdo}.vtt")]
    # The folder is there now, and needs no slash.
    assert aiware("exports", "download", export, "-o", str(folder)).exit_code == 0


def test_what_is_not_complete_has_no_files(aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
    local.behave(exportSeconds=600)
    result = aiware("exports", "download", request_export(local, tdo, "vtt"), "-o", str(tmp_path / "a"))
    assert result.exit_code == 1
    assert "is incomplete: it has no files. Try again when it is complete." in result.stderr


def test_what_is_not_there_is_an_error(aiware: Aiware, local: Local, tmp_path: Path) -> None:
    result = aiware("exports", "download", "27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c", "-o", str(tmp_path / "a"))
    assert result.exit_code == 1
    assert "aiWARE has no export request 27eef8f5-" in result.stderr
