"""`aiware results`, `aiware exports` and `aiware assets`, against a real local aiWARE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from aiware_resources import engines, pipelines
from aiware_resources.cli import progress
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.local import Local
from tests.unit.cli.conftest import Aiware

EXPORT = "mutation($input: CreateExportRequest!) { createExportRequest(input: $input) { id } }"


@pytest.fixture
def local(data: Path) -> Iterator[Local]:
    server = Local(data, data.parent)
    server.behave(jobSeconds=0, exportSeconds=0)
    yield server
    server.stop()


@pytest.fixture
def job(local: Local) -> str:
    graph = pipelines.transcription("https://media.test/a.mp4")
    content = api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes), "target": {}})
    create = "mutation($input: CreateJob) { createJob(input: $input) { id } }"
    made: str = local.graphql(create, input=content)["createJob"]["id"]
    return made


@pytest.fixture
def tdo(job: str, local: Local) -> str:
    """The TDO of the job."""
    found: str = local.only("tdos")["id"]
    return found


def export(local: Local, tdo: str, *extensions: str) -> str:
    formats = [{"extension": extension} for extension in extensions]
    content: dict[str, Any] = {
        "tdoData": [{"tdoId": tdo}],
        "outputConfigurations": [{"engineId": engines.SPEECHMATICS_ENGLISH, "formats": formats}],
    }
    made: str = local.graphql(EXPORT, input=content)["createExportRequest"]["id"]
    return made


class TestResults:
    """What engines found out."""

    def test_they_are_listed(self, aiware: Aiware, job: str) -> None:
        output = aiware("results", job).output
        (row,) = [line for line in output.splitlines() if engines.SPEECHMATICS_ENGLISH in line]
        assert row.split("│")[2].strip() == "0"

    def test_they_are_printed_as_json(self, aiware: Aiware, job: str) -> None:
        (result,) = json.loads(aiware("results", job, "--json").output)
        assert result["engineId"] == engines.SPEECHMATICS_ENGLISH
        assert result["jsondata"]["series"]

    def test_they_are_written(self, aiware: Aiware, job: str, tmp_path: Path) -> None:
        folder = tmp_path / "out"
        path = folder / f"{engines.SPEECHMATICS_ENGLISH}.json"
        assert aiware("results", job, "-o", str(folder)).output == f"{path}\n"
        assert json.loads(path.read_text())["series"]
        (file,) = json.loads(aiware("results", job, "-o", str(folder), "--json").output)
        assert (file["path"], file["size"]) == (str(path), path.stat().st_size)

    def test_another_engine_has_none(self, aiware: Aiware, job: str, tmp_path: Path) -> None:
        result = aiware("results", job, "--engine", "1", "-o", str(tmp_path / "out"))
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"Job {job} has no results of engine 1 yet.\n"
        assert not (tmp_path / "out").exists()

    def test_a_job_that_is_not_there_is_an_error(self, aiware: Aiware, local: Local) -> None:
        result = aiware("results", "24112609_gonegonego")
        assert result.exit_code == 1
        assert "24112609_gonegonego" in result.stderr


class TestExports:
    """Files of export requests."""

    def test_one_file(self, aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
        file = tmp_path / "out" / "a.vtt"
        assert aiware("exports", "download", export(local, tdo, "vtt"), "-o", str(file)).stdout == f"{file}\n"
        assert file.read_text().startswith("WEBVTT")

    def test_several_files(self, aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
        export_id, folder = export(local, tdo, "vtt", "srt"), tmp_path / "out"
        refused = aiware("exports", "download", export_id, "-o", str(tmp_path / "a.vtt"))
        assert refused.exit_code == 1
        assert "Name a folder to unpack them into, by a slash at the end." in refused.stderr
        files = json.loads(aiware("exports", "download", export_id, "-o", f"{folder}/", "--json").output)
        assert [file["path"] for file in files] == [str(folder / f"{tdo}.srt"), str(folder / f"{tdo}.vtt")]
        # The folder is there now, and needs no slash.
        assert aiware("exports", "download", export_id, "-o", str(folder)).exit_code == 0

    def test_what_is_not_complete_has_no_files(self, aiware: Aiware, local: Local, tdo: str, tmp_path: Path) -> None:
        local.behave(exportSeconds=600)
        result = aiware("exports", "download", export(local, tdo, "vtt"), "-o", str(tmp_path / "a"))
        assert result.exit_code == 1
        assert "is incomplete: it has no files. Try again when it is complete." in result.stderr

    def test_what_is_not_there_is_an_error(self, aiware: Aiware, local: Local, tmp_path: Path) -> None:
        result = aiware("exports", "download", "27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c", "-o", str(tmp_path / "a"))
        assert result.exit_code == 1
        assert "aiWARE has no export request 27eef8f5-" in result.stderr


class TestAssets:
    """Files of TDOs."""

    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        made = tmp_path / "interview.mp4"
        made.write_bytes(b"content")
        return made

    def test_a_file_is_uploaded_once(self, aiware: Aiware, local: Local, tdo: str, file: Path) -> None:
        first = aiware("assets", "upload", tdo, str(file), "--primary", "--content-type", "video/x")
        assert first.stdout.endswith(f": 7 bytes of {file}\n")
        again = aiware("assets", "upload", tdo, str(file))
        assert again.stdout == first.stdout.replace("\n", ", which was there already\n")
        assert local.mutations()["createAsset"] == 1
        (asset,) = [
            each
            for each in json.loads(aiware("assets", "list", tdo, "--json").output)
            if each["name"] == "interview.mp4"
        ]
        assert (asset["name"], asset["contentType"], asset["fileData"]["size"]) == ("interview.mp4", "video/x", 7)

    def test_a_lost_answer_makes_no_second_one(self, aiware: Aiware, local: Local, tdo: str, file: Path) -> None:
        local.fault({"dropResponse": True}, operation="createAsset")
        made = json.loads(aiware("assets", "upload", tdo, str(file), "--name", "a.mp4", "--json").output)
        assert made["name"] == "a.mp4"
        assert local.mutations()["createAsset"] == 1

    def test_they_are_listed(self, aiware: Aiware, tdo: str, file: Path) -> None:
        aiware("assets", "upload", tdo, str(file))
        (row,) = [line for line in aiware("assets", "list", tdo).output.splitlines() if "interview.mp4" in line]
        assert [cell.strip() for cell in row.split("│")[2:6]] == ["media", "interview.mp4", "video/mp4", "7"]

    def test_a_file_that_is_not_there_is_wrong_usage(self, aiware: Aiware) -> None:
        assert aiware("assets", "upload", "1", "nowhere.mp4").exit_code == 2

    def test_a_tdo_that_is_not_there_is_an_error(self, aiware: Aiware, local: Local, file: Path) -> None:
        for arguments in (["list", "1"], ["upload", "1", str(file)]):
            result = aiware("assets", *arguments)
            assert result.exit_code == 1
            assert "not_found" in result.stderr


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_shown_on_a_terminal_only(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "Console", lambda **more: Console(force_terminal=terminal, width=100, **more))
    with progress.bar("uploading a.mp4") as tell:
        tell(5_000_000, 10_000_000)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ("uploading a.mp4" in captured.err, "5.0/10.0 MB" in captured.err) == (terminal, terminal)
