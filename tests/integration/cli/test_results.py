"""`aiware results`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aiware_resources import engines
from aiware_resources.jobs import transcript
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import submit


@pytest.fixture
def job(local: Local) -> str:
    """A job that is complete."""
    return submit(local)


def test_they_are_listed(aiware: Aiware, job: str) -> None:
    output = aiware("results", job).output
    (row,) = [line for line in output.splitlines() if engines.SPEECHMATICS_ENGLISH in line]
    assert row.split()[1] == "0"


def test_they_are_printed_as_json(aiware: Aiware, job: str) -> None:
    (result,) = json.loads(aiware("results", job, "--json").output)
    assert result["engineId"] == engines.SPEECHMATICS_ENGLISH
    assert result["jsondata"]["series"]


def test_they_are_written(aiware: Aiware, job: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    path = folder / f"{engines.SPEECHMATICS_ENGLISH}.json"
    assert aiware("results", job, "-o", str(folder)).output == f"{path}\n"
    assert json.loads(path.read_text())["series"]
    (file,) = json.loads(aiware("results", job, "-o", str(folder), "--json").output)
    assert (file["path"], file["size"]) == (str(path), path.stat().st_size)


def test_another_engine_has_none(aiware: Aiware, job: str, tmp_path: Path) -> None:
    result = aiware("results", job, "--engine", "1", "-o", str(tmp_path / "out"))
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"Job {job} has no results of engine 1.\n"
    assert not (tmp_path / "out").exists()
    assert aiware("-q", "results", job, "--engine", "1").output == ""


def test_a_job_that_is_not_there_is_an_error(aiware: Aiware, local: Local) -> None:
    result = aiware("results", "24112609_gonegonego")
    assert result.exit_code == 1
    assert "24112609_gonegonego" in result.stderr


def test_the_transcript_is_printed_as_text(aiware: Aiware, job: str) -> None:
    (result,) = json.loads(aiware("results", job, "--json").output)
    words = [entry["words"][0]["word"] for entry in result["jsondata"]["series"]]
    printed = aiware("results", job, "--text")
    assert (printed.exit_code, printed.stderr) == (0, "")
    assert printed.stdout.endswith("\n")
    assert [word for word in words if word not in printed.stdout] == []
    assert "{" not in printed.stdout


def test_results_without_text(aiware: Aiware, job: str, monkeypatch: pytest.MonkeyPatch) -> None:
    none = aiware("results", job, "--text", "--engine", "1")
    assert (none.stdout, none.stderr) == ("", f"Job {job} has no results of engine 1.\n")
    assert aiware("results", job, "--text", "--json").exit_code == 2
    monkeypatch.setattr(transcript, "text_of", lambda document: "")
    none = aiware("results", job, "--text")
    assert (none.stdout, none.stderr) == ("", f"There is no text in the results of job {job}.\n")
