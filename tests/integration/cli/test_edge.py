"""The commands on aiWARE Edge: the same ones, with the same words."""

from __future__ import annotations

import json
import re

import pytest

from aiware_resources import engines
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, submit


@pytest.fixture
def jobs(aiware: Aiware, local: Local, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A failed and a complete job, as Edge names them."""
    submit(local)
    local.behave(engines=BROKEN)
    submit(local)
    monkeypatch.setenv("AIWARE_API", "edge")
    monkeypatch.setenv("AIWARE_POLL_INTERVAL", "0.1")
    return [job["id"] for job in json.loads(aiware("jobs", "list", "--json").stdout)]


def test_jobs(aiware: Aiware, local: Local, jobs: list[str]) -> None:
    failed, complete = jobs
    found = aiware("jobs", "list", "--status", "failed", "--since", "1h", "--json").stdout
    assert [job["id"] for job in json.loads(found)] == [failed]
    assert aiware("jobs", "show", complete).stdout.startswith(f"job {complete}: complete; TDO ")
    logs = aiware("jobs", "logs", failed).stdout
    assert "no speech in it" in logs
    assert " ended: failed." in logs
    watched = aiware("jobs", "watch", failed, complete)
    assert (watched.exit_code, watched.stdout) == (1, f"{failed}: failed\n{complete}: complete\n")
    assert "no speech in it" in watched.stderr
    assert "The end of its log:" in watched.stderr


def test_results(aiware: Aiware, jobs: list[str]) -> None:
    (result,) = json.loads(aiware("results", jobs[1], "--json").stdout)
    assert result["engineId"] == engines.SPEECHMATICS_ENGLISH
    assert result["jsondata"]["series"]


def test_an_unfinished_job_is_cancelled(aiware: Aiware, local: Local, jobs: list[str]) -> None:
    local.behave(jobSeconds=600)
    submit(local)
    running = json.loads(aiware("jobs", "list", "--limit", "1", "--json").stdout)[0]["id"]
    assert aiware("jobs", "cancel", "--yes", running).stdout == f"Job {running} is cancelled.\n"
    assert running not in aiware("jobs", "list").stdout


def test_engines(aiware: Aiware, jobs: list[str]) -> None:
    listed = aiware("engines", "list", "--name", "speechmatics").stdout
    assert engines.SPEECHMATICS_ENGLISH in listed
    assert aiware("engines", "show", "Chunk").stdout.startswith(f"id: {engines.CHUNK}\n")
    assert "Transcription" in aiware("engines", "categories").stdout
    assert aiware("whoami").exit_code == 0


@pytest.mark.parametrize(
    "command",
    [
        "clusters list",
        "clusters show c",
        "tdos list",
        "tdos show 1",
        "tdos delete --yes 1",
        "tdos cleanup --yes 1",
        "assets list 1",
        "exports list",
        "exports show 1",
        "jobs retry 27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c",
    ],
)
def test_what_edge_does_not_have_says_so(aiware: Aiware, jobs: list[str], command: str) -> None:
    result = aiware(*command.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.match("Error: aiWARE Edge (has no|cannot) ", result.stderr)
    error = json.loads(aiware(*command.split(), "--json").stderr)["error"]
    assert (error["kind"], error["exitCode"]) == ("NotImplementedByServer", 1)
