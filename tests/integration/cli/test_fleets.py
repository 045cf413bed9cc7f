"""`aiware fleets` against the local aiWARE, with a state as `pulumi stack export` prints it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from aiware_resources import JobTemplate, media_value, pipelines
from aiware_resources.cli import pulumi_command
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import BROKEN, submit

TEMPLATE = JobTemplate(dag=pipelines.transcription(media_value("url")), target={}).properties
SECRET, SECRET_OF_PULUMI = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""How a state says that a value is encrypted."""
TYPE = "pulumi-python:dynamic/aiware:JobFleet"


@pytest.fixture
def jobs(local: Local, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A fleet with a complete job, two that failed, and one that aiWARE does not know."""
    found = {"2026/a": submit(local)}
    local.behave(engines=BROKEN)
    found |= {"2026/b": submit(local), "2027/c": submit(local)}
    targets = {job["id"]: job["targetId"] for job in local.objects()["jobs"]}
    entries = {key: f"{id_} {targets[id_]} 2.abc" for key, id_ in found.items()} | {"2027/d": "26010101_gone 1 2.abc"}
    outputs: dict[str, Any] = {"__owner": "p/dev/archive", "jobs": entries, "failures": {"2026/b": "failed"}}
    outputs["undone"] = {"count": 2, "reasons": {"x": "refused", "y": "refused"}}
    media = {key: {"url": f"https://media.test/{key}.mp4"} for key in entries}
    state = [{"urn": f"urn:pulumi:dev::p::{TYPE}::archive", "type": TYPE, "id": "p/dev/archive", "outputs": outputs}]
    state[0]["inputs"] = {"template": TEMPLATE, "media": media}
    monkeypatch.setattr(pulumi_command, "recorded", lambda stack: state)
    monkeypatch.setattr(pulumi_command, "selected", lambda: "dev")
    monkeypatch.setattr(pulumi_command, "config", lambda stack: {"aiware:endpoint": "local"})
    return found


def test_the_fleets_of_the_selected_stack(aiware: Aiware, jobs: dict[str, str]) -> None:
    assert json.loads(aiware("fleets", "list", "--json").stdout) == [
        {"name": "archive", "jobs": 4, "failed": 1, "notDone": 2}
    ]
    head, row = aiware("fleets", "list").output.splitlines()
    # Not "not done", which reads as if it counted the jobs that go on.
    assert head.split() == ["name", "jobs", "failed", "not", "accepted"]
    assert row.split() == ["archive", "4", "1", "2"]


def test_entries_by_status_and_key(aiware: Aiware, jobs: dict[str, str]) -> None:
    shown = json.loads(aiware("fleets", "show", "archive", "--json").stdout)
    assert [(row["key"], row["status"]) for row in shown] == [
        ("2026/a", "complete"),
        ("2026/b", "failed"),
        ("2027/c", "failed"),
        ("2027/d", "gone"),
    ]
    assert shown[1]["job"] == jobs["2026/b"]
    assert shown[1]["reason"].startswith("failed: ")
    few = aiware("fleets", "show", "archive", "--status", "failed", "--key", "2027/*", columns=200).output
    assert jobs["2027/c"] in few
    assert jobs["2026/b"] not in few
    more = aiware("fleets", "show", "archive", "--limit", "1")
    assert "These are the first 1 of 4" in more.stderr
    assert aiware("fleets", "show", "archive", "--key", "x").output == "There are no such entries.\n"


def test_entries_as_csv(aiware: Aiware, jobs: dict[str, str], tmp_path: Path) -> None:
    lines = aiware("fleets", "export", "archive", "--status", "complete", "--status", "gone").stdout.splitlines()
    assert lines[0] == "key,status,job,tdo,reason"
    assert lines[1].startswith(f"2026/a,complete,{jobs['2026/a']},")
    assert lines[2:] == ["2027/d,gone,26010101_gone,1,"]
    assert aiware("fleets", "export", "archive", "-o", str(tmp_path / "all.csv")).exit_code == 0
    assert len((tmp_path / "all.csv").read_text().splitlines()) == 5
    full = aiware("fleets", "export", "archive", "-o", "/dev/full")
    assert (full.exit_code, full.stderr) == (
        1,
        "Error: The output could not be written: No space left on device. Make space, or write it elsewhere.\n",
    )


def test_a_retry_whose_answer_is_lost_is_applied_once(aiware: Aiware, jobs: dict[str, str], local: Local) -> None:
    local.fault({"dropResponse": True}, operation="retryJob")
    result = aiware("fleets", "retry", "archive", "--key", "2027/*", "--yes", "--json")
    assert [each["id"] for each in json.loads(result.stdout)] == [jobs["2027/c"]]
    assert local.faults() == []
    assert local.mutations()["retryJob"] == 1


def test_failed_jobs_run_again(aiware: Aiware, jobs: dict[str, str], local: Local) -> None:
    assert aiware("fleets", "retry", "archive", "--key", "2027/*", typed="n\n").exit_code == 1
    assert "retryJob" not in local.calls()
    result = aiware("fleets", "retry", "archive", "--key", "2027/*", "--yes", "--json")
    assert [each["id"] for each in json.loads(result.stdout)] == [jobs["2027/c"]]
    assert local.calls()["retryJob"] == 1
    nothing = aiware("fleets", "retry", "archive", "--key", "2026/a", "--yes")
    assert nothing.stderr == "No failed job matches.\n"


@pytest.mark.parametrize(
    ("values", "template"),
    [
        ({"url": "s3://media/c.mp4"}, TEMPLATE),
        ({"url": {SECRET: SECRET_OF_PULUMI, "ciphertext": "x"}}, TEMPLATE),
        (None, TEMPLATE),
        ({"file": "c.mp4", "__file": "5.7.-"}, TEMPLATE),
        ({"file": "c.mp4", "__file": "5.7.-"}, {SECRET: SECRET_OF_PULUMI, "ciphertext": "x"}),
    ],
)
def test_a_job_with_a_link_that_may_have_expired_is_left_to_an_update(
    aiware: Aiware, jobs: dict[str, str], local: Local, values: dict[str, Any] | None, template: Any
) -> None:
    (fleet,) = pulumi_command.recorded("dev")
    media = {"2026/b": {"url": "https://media.test/b.mp4"}} | ({} if values is None else {"2027/c": values})
    fleet["inputs"] = {"template": template, "media": media}
    if "file" in (values or {}):
        fleet["outputs"]["jobs"]["2027/c"] += " 5.7.-"
    refused = aiware("fleets", "retry", "archive", "--yes")
    assert refused.exit_code == 1
    assert "have signed links, which may have expired: 2027/c." in refused.stderr
    assert "`pulumi up` submits them again with new links" in refused.stderr
    assert "retryJob" not in local.calls()
    assert aiware("fleets", "retry", "archive", "--key", "2026/*", "--yes").exit_code == 0
    assert local.calls()["retryJob"] == 1


def test_a_job_on_the_file_of_its_tdo_runs_again(aiware: Aiware, jobs: dict[str, str], local: Local) -> None:
    (fleet,) = pulumi_command.recorded("dev")
    template = JobTemplate(dag=pipelines.reprocess_transcription(), is_reprocess_job=True).properties
    fleet["inputs"] = {"template": template, "media": {"2027/c": {"file": "c.mp4", "__file": "5.7.-"}}}
    fleet["outputs"]["jobs"]["2027/c"] += " 5.7.-"
    assert aiware("fleets", "retry", "archive", "--key", "2027/c", "--yes").exit_code == 0
    assert local.calls()["retryJob"] == 1


def test_the_entries_of_a_fleet_on_edge(
    aiware: Aiware, jobs: dict[str, str], local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {each["coreJobID"]: each["internalJobID"] for each in local.edge("GET", "/proc/jobs")["result"]}
    entries = {key: f"{there[id_]} =- 2.abc" for key, id_ in jobs.items()} | {"2027/d": f"{uuid4()} =- 2.abc"}
    outputs = {"__owner": "p/dev/archive", "jobs": entries}
    state = [{"urn": f"urn:pulumi:dev::p::{TYPE}::archive", "type": TYPE, "id": "p/dev/archive", "outputs": outputs}]
    monkeypatch.setattr(pulumi_command, "recorded", lambda stack: state)
    monkeypatch.setattr(pulumi_command, "config", lambda stack: {"aiware:api": "edge", "aiware:endpoint": "local"})
    rows = json.loads(aiware("fleets", "show", "archive", "--json").stdout)
    assert [row["status"] for row in rows] == ["complete", "failed", "failed", "missing"]
    assert {row["tdo"] for row in rows} == {None}
    retried = aiware("fleets", "retry", "archive", "--yes")
    assert retried.exit_code == 1
    assert "aiWARE Edge has no call to start a job again" in retried.stderr


def test_a_fleet_that_is_not_there(aiware: Aiware, jobs: dict[str, str]) -> None:
    result = aiware("fleets", "show", "archiv")
    assert result.exit_code == 1
    assert "The stack dev has no fleet archiv. Did you mean archive?" in result.stderr
