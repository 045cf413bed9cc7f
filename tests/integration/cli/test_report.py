"""`aiware report` against the local aiWARE: complete and failed jobs, a fleet, an export with its file."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import Result

from aiware_resources.cli import pulumi_command
from aiware_resources.files.downloads import described
from aiware_resources.files.manifest import Origin, record_origin
from tests.integration.cli.pulumi import FakePulumi
from tests.support.local import Local
from tests.support.objects import BROKEN, make_tdo, request_export, submit
from tests.unit.report.pages import first, read

Aiware = Callable[..., Result]


class Stack:
    """A stack, as `pulumi stack export` and `pulumi stack history` print it."""

    def __init__(self) -> None:
        self.state: list[dict[str, Any]] = []
        self.history: list[dict[str, Any]] = []

    def hold(self, kind: str, name: str, id_: str, /, **outputs: Any) -> None:
        """Puts a resource into the state."""
        type_ = f"pulumi-python:dynamic/aiware:{kind}"
        urn = f"urn:pulumi:dev::studio::{type_}::{name}"
        self.state.append({"urn": urn, "type": type_, "id": id_, "outputs": outputs})


@pytest.fixture
def stack(local: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    found = Stack()
    monkeypatch.setattr(pulumi_command, "recorded", lambda stack: found.state)
    monkeypatch.setattr(pulumi_command, "history", lambda stack: found.history)
    monkeypatch.setattr(pulumi_command, "selected", lambda: "dev")
    monkeypatch.setattr(pulumi_command, "config", lambda stack: {"aiware:endpoint": "local"})
    monkeypatch.chdir(tmp_path)
    return found


@pytest.fixture
def made(local: Local, stack: Stack, tmp_path: Path) -> dict[str, str]:
    """A stack after an update: a job of an earlier one, a complete and a failed job, a fleet, an export, a caption."""
    tdo = make_tdo(local, "council")
    found = {"earlier": submit(local, targetId=tdo), "complete": submit(local, targetId=tdo)}
    local.behave(engines=BROKEN)
    found["failed"] = submit(local, jobConfig={"apiKey": "invalid_data"})
    found["export"] = request_export(local, tdo, "vtt")
    caption = tmp_path / "out" / "council.vtt"
    caption.parent.mkdir()
    caption.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\n<b>Good</b> evening.\n")
    there = described(caption)
    record_origin(caption, Origin(request=found["export"], size=there.size, sha256=there.sha256))
    began = datetime.now(UTC) + timedelta(hours=1)
    stack.history = [
        {"kind": "refresh", "startTime": "2040-01-01T00:00:00.000Z", "result": "succeeded"},
        {"kind": "update", "startTime": began.isoformat(), "result": "failed"},
    ]
    stack.hold("Job", "earlier", found["earlier"], __submitted="2000-01-01T00:00:00+00:00")
    stack.hold("Job", "complete", found["complete"], __submitted=(began + timedelta(seconds=1)).isoformat())
    stack.hold("Job", "failed", found["failed"], onFailure="keep", __submitted=began.isoformat())
    stack.hold("ExportRequest", "captions", found["export"], downloadTo="out/council.vtt")
    stack.hold("ExportRequest", "elsewhere", found["export"], downloadTo="out/other.vtt")
    jobs = {"ep-1": found["complete"], "ep-2": found["failed"], "ep-3": "26112913_gone"}
    entries = {key: f"{id_} ={tdo} 2.0123456789ab" for key, id_ in jobs.items()}
    undone = {"count": 1, "reasons": {"ep-4": "capacity exceeded"}}
    stack.hold("JobFleet", "episodes", "studio/dev/f", jobs=entries, undone=undone)
    return found


def test_a_run(aiware: Aiware, local: Local, made: dict[str, str], tmp_path: Path) -> None:
    before = local.mutations()
    result = aiware("report", "-s", "dev", "-o", "run.html")
    assert (result.exit_code, result.stdout) == (0, "")
    said = "2 jobs ran, 1 did not have to, of 3 it is not known. 2 jobs failed"
    assert result.stderr == f"studio/dev: {said}. The report is in run.html.\n"
    assert local.mutations() == before
    page = read((tmp_path / "run.html").read_text())
    assert first(page, "h1").text == f"{said}."
    assert "<b>Good</b> evening." in page.text
    assert "no speech in it" in page.text
    assert "ep-4: capacity exceeded" in page.text
    assert page.select("svg.timeline rect.failed")

    told = json.loads(aiware("report", "--json").stdout)
    jobs = {job["name"]: job for job in told["jobs"]}
    assert {name: (job["status"], job["ran"]) for name, job in jobs.items()} == {
        "complete": ("complete", True),
        "earlier": ("complete", False),
        "failed": ("failed", True),
    }
    (heard,) = jobs["complete"]["transcripts"]
    assert heard["words"] > 10
    assert (jobs["complete"]["mediaSeconds"], jobs["complete"]["mediaSource"]) == (3600.0, "TDO")
    assert len(jobs["complete"]["tasks"]) == 5
    failure = jobs["failed"]["failure"]
    assert failure["remedy"].startswith("on_failure keeps it: the next `pulumi up` leaves it as it is.")
    assert f"`aiware jobs logs {made['failed']} -s dev` shows" in failure["remedy"]
    assert "no speech in it" in "\n".join(failure["log"])
    # What a payload holds as a secret is not quoted, whatever it is.
    assert "invalid_data" not in json.dumps(told)
    (fleet,) = told["fleets"]
    assert (fleet["jobs"], fleet["statuses"], fleet["notShown"]) == (3, {"complete": 1, "failed": 1}, 1)
    assert fleet["failed"][0]["name"] == "episodes[ep-2]"
    (file,) = told["files"]
    assert (file["path"], file["firstLines"][-1]) == ("out/council.vtt", "<b>Good</b> evening.")
    assert "elsewhere: out/other.vtt is not on this machine as the last update wrote it." in told["notKnown"]
    assert local.token not in json.dumps(told)

    root = ElementTree.fromstring(aiware("report", "--format", "junit").stdout)  # noqa: S314 - ours
    assert [case.get("name") for case in root.iter("testcase") if case.find("failure") is not None] == [
        "failed",
        "episodes",
        "episodes[ep-2]",
    ]


def test_without_a_history_it_is_not_known_what_ran(aiware: Aiware, stack: Stack, made: dict[str, str]) -> None:
    stack.history = []
    told = json.loads(aiware("report", "-o", "run.json").stdout or Path("run.json").read_text())
    assert told["update"] is None
    assert told["summary"] == "The stack has 6 jobs. 2 jobs failed"
    assert {job["ran"] for job in told["jobs"]} == {None}
    assert told["notKnown"][0].startswith("Pulumi's history has no update of this stack")


def test_on_edge(
    aiware: Aiware, local: Local, stack: Stack, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulumi_command, "config", lambda stack: {"aiware:endpoint": "local", "aiware:api": "edge"})
    monkeypatch.setenv("AIWARE_API", "edge")
    ids = {job["status"]: job["id"] for job in json.loads(aiware("jobs", "list", "--json").stdout)}
    stack.state.clear()
    for name, id_ in ids.items():
        stack.hold("Job", name, id_)
    told = json.loads(aiware("report", "--json").stdout)
    assert {job["name"]: job["status"] for job in told["jobs"]} == {"complete": "complete", "failed": "failed"}
    assert "This aiWARE has no TDOs that tell how long the media are." in told["notKnown"]
    (heard,) = told["jobs"][0]["transcripts"]
    assert heard["words"] > 10


def test_a_job_is_looked_for_in_the_aiware_of_its_provider(
    aiware: Aiware, local: Local, stack: Stack, made: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    urn = "urn:pulumi:dev::studio::pulumi:providers:pulumi-python::news"
    settings = {
        "aiware:provider": "news",
        "aiware:endpoint": local.server.graphql_url,
        "aiware:token": local.token,
    }
    stack.state = [each for each in stack.state if "aiware:Job::" in each["urn"]]
    for each in stack.state:
        each["provider"] = f"{urn}::7f1c"
    stack.state.append({"urn": urn, "type": "pulumi:providers:pulumi-python", "inputs": settings})
    monkeypatch.setattr(pulumi_command, "providers", lambda stack: {urn: settings})
    # The stack's own aiWARE is not asked: it could not be reached.
    nowhere = {"aiware:endpoint": "http://127.0.0.1:9/v3/graphql", "aiware:token": "t"}
    monkeypatch.setattr(pulumi_command, "config", lambda stack: nowhere)
    told = aiware("report", "--json").stdout
    assert json.loads(told)["summary"] == "2 jobs ran, 1 did not have to. 1 job failed"
    assert local.token not in told


def test_a_stack_that_cannot_be_read(aiware: Aiware, pulumi: FakePulumi) -> None:
    assert aiware("report", "-s", "dev").exit_code == 3


def test_jobs_that_go_on_are_shown_until_they_are_done(
    aiware: Aiware, local: Local, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIWARE_POLL_INTERVAL", "0.1")
    done = submit(local)
    local.behave(jobSeconds=1)
    going, of_a_fleet = submit(local), submit(local)
    stack.hold("Job", "done", done)
    stack.hold("Job", "going", going)
    stack.hold("Job", "gone", "26112913_gone")
    stack.hold("JobFleet", "episodes", "studio/dev/f", jobs={"ep-1": f"{of_a_fleet} =1 2.0123456789ab"})
    result = aiware("report", "--live", "-o", "run.json")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert {line for line in lines if line.endswith(": complete")} == {f"{going}: complete", f"{of_a_fleet}: complete"}
    assert any(line.startswith(f"{going}: running") for line in lines)
    assert [job["status"] for job in json.loads(Path("run.json").read_text())["jobs"]] == ["complete", "complete", None]

    again = aiware("report", "--live")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr == "studio/dev: The stack has 4 jobs.\n"
