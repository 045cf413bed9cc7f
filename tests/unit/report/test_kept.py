"""Failures that an update leaves as they are, and objects that wait for their deletion."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiware_resources.report import Report, as_json, html, markdown, sentence
from tests.unit.report.made import report, state, step

FAILURE = {"status": "failed", "reason": "invalid_data", "message": "noise"}
JOB: dict[str, Any] = {"tasks": [{"engineId": "1"}], "targetId": "7", "onFailure": "keep"}


def same(kind: str, inputs: dict[str, Any], **outputs: Any) -> Report:
    """A preview of a resource that stays: its new state has no outputs."""
    new = state(kind, inputs)
    new["outputs"] = {}
    return report(step("same", kind, "bad", state(kind, inputs, "j1", **outputs), new))


def test_a_kept_failure_of_a_resource_that_stays_is_told() -> None:
    found = same("Job", JOB, failure=FAILURE)
    reason = "In aiWARE it is failed (invalid_data: noise)."
    (kept,) = found.kept_failures
    assert (kept.type, kept.name, kept.id, kept.reason, kept.fails_update) == ("Job", "bad", "j1", reason, True)
    assert sentence(found) == "Nothing changes. 1 failure is kept, so the update FAILS"
    assert f"- Job `bad`: {reason} **The update fails with it**" in markdown(found)
    assert "<li>Job <code>bad</code>: In aiWARE it is failed" in html(found)
    told = json.loads(as_json(found))
    assert told["keptFailures"] == ["bad"]
    assert told["keptFailureDetails"] == [
        {"type": "Job", "name": "bad", "id": "j1", "reason": reason, "failsUpdate": True}
    ]


def test_a_failure_that_is_allowed_fails_no_update() -> None:
    found = same("Job", {**JOB, "allowFailure": True}, failure=FAILURE)
    assert sentence(found) == "Nothing changes. 1 failure is kept"
    assert "fails with it" not in markdown(found) + html(found)


@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [(JOB, {}), ({**JOB, "onFailure": "retry"}, {"failure": FAILURE}), (JOB, {"failure": {}})],
)
def test_where_nothing_is_kept_nothing_is_told(inputs: dict[str, Any], outputs: dict[str, Any]) -> None:
    assert same("Job", inputs, **outputs).kept_failures == ()


def test_a_fleet_tells_which_of_its_jobs() -> None:
    fleet = {"template": {}, "media": {"ep-1": {}, "ep-2": {}}, "onFailure": "keep"}
    (kept,) = same("JobFleet", fleet, failures={"ep-2": "failed: noise", "ep-1": "failed"}).kept_failures
    assert kept.reason == "2 of its jobs have failed: ep-1, ep-2 (2)."


def test_a_change_on_record_only_keeps_a_failure_too() -> None:
    retried = {**JOB, "onFailure": "retry"}
    found = report(step("update", "Job", "bad", state("Job", retried, "j1", failure=FAILURE), state("Job", JOB)))
    assert [each.name for each in found.kept_failures] == ["bad"]


def test_what_waits_for_its_deletion_has_not_drifted() -> None:
    own = {"tasks": [{"engineId": "1"}], "target": {"name": "t"}}
    other = {"tasks": [{"engineId": "2"}], "target": {"name": "t"}}
    old = {**state("Job", own, "j1", targetTdoId="71"), "delete": True}
    now = state("Job", other, "j2", targetTdoId="72")
    found = report(
        step("refresh", "Job", "it", now, now),
        step("refresh", "Job", "it", old, old),
        step("same", "Job", "it", now, state("Job", other)),
    )
    assert found.drift == ()
    (change,) = found.changes
    assert (change.id, change.action, change.destroys) == ("j1", "delete", True)
    assert change.notes[-1] == "An earlier update replaced it, and ended before this."
    assert "1 TDO will be DELETED with its content" in sentence(found)


def test_what_waits_for_its_deletion_and_is_gone_is_not_told() -> None:
    old = {**state("Job", JOB, "j1"), "delete": True}
    now = state("Job", JOB, "j2")
    found = report(
        step("refresh", "Job", "it", now, now), step("refresh", "Job", "it", old), step("same", "Job", "it", now, now)
    )
    assert (found.drift, found.changes) == ((), ())
