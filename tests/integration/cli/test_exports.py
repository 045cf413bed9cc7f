"""`aiware exports`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import request_export, submit


def test_they_are_listed_without_their_links(aiware: Aiware, local: Local) -> None:
    assert aiware("exports", "list").output == "There are no such export requests.\n"
    submit(local)
    tdo = local.only("tdos")["id"]
    complete = request_export(local, tdo, "vtt")
    assert json.loads(aiware("exports", "show", complete, "--uri", "--json").stdout)["assetUri"]
    local.behave(exportSeconds=600)
    incomplete = request_export(local, tdo, "srt")
    table = aiware("exports", "list", columns=100).output
    as_json = aiware("exports", "list", "--json").stdout
    assert complete in table
    assert [each["id"] for each in json.loads(as_json)] == [incomplete, complete]
    assert "signature" not in table + as_json
    assert "assetUri" not in as_json
    found = aiware("exports", "list", "--status", "complete", "--status", "failed", "--json").stdout
    assert [each["id"] for each in json.loads(found)] == [complete]


def test_the_limit_goes_beyond_a_page(aiware: Aiware, local: Local) -> None:
    submit(local)
    local.behave(exportSeconds=600)
    tdo = local.only("tdos")["id"]
    ids = [request_export(local, tdo, "vtt") for _ in range(31)]
    short = aiware("exports", "list", "--json")
    assert len(json.loads(short.stdout)) == 30
    assert short.stderr == "These are the first 30; --limit shows more.\n"
    long = aiware("exports", "list", "--limit", "31", "--json")
    assert ({each["id"] for each in json.loads(long.stdout)}, long.stderr) == (set(ids), "")


def test_the_link_is_shown_only_when_it_is_asked_for(aiware: Aiware, local: Local) -> None:
    submit(local)
    export = request_export(local, local.only("tdos")["id"], "vtt")
    plain = aiware("exports", "show", export)
    as_json = aiware("exports", "show", export, "--json")
    assert plain.output.startswith(f"id: {export}\nstatus: complete\n")
    assert json.loads(as_json.stdout)["status"] == "complete"
    assert "signature" not in plain.output + as_json.output
    assert "link: http" in aiware("exports", "show", export, "--uri").stdout
    assert json.loads(aiware("exports", "show", export, "--uri", "--json").stdout)["assetUri"].startswith("http")


def test_one_that_is_under_way_has_no_link(aiware: Aiware, local: Local) -> None:
    submit(local)
    local.behave(exportSeconds=600)
    export = request_export(local, local.only("tdos")["id"], "vtt")
    assert "status: incomplete\n" in aiware("exports", "show", export).output
    assert "link: none yet\n" in aiware("exports", "show", export, "--uri").output


def test_one_that_is_not_there(aiware: Aiware, local: Local) -> None:
    result = aiware("exports", "show", "27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c")
    assert result.exit_code == 1
    assert "aiWARE has no export request 27eef8f5-" in result.stderr


@pytest.fixture
def tdo(local: Local) -> str:
    """A TDO with a transcript."""
    submit(local)
    found: str = local.only("tdos")["id"]
    return found


def test_one_file_is_downloaded(aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
    file = tmp_path / "captions.vtt"
    assert aiware("exports", "download", request_export(local, tdo, "vtt"), "-o", str(file)).stdout == f"{file}\n"
    assert file.read_text().startswith("WEBVTT")


def test_several_files_are_unpacked(aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
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


def test_a_download_of_what_is_not_there_is_an_error(aiware: Aiware, local: Local, tmp_path: Path) -> None:
    result = aiware("exports", "download", "27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c", "-o", str(tmp_path / "a"))
    assert result.exit_code == 1
    assert "aiWARE has no export request 27eef8f5-" in result.stderr
