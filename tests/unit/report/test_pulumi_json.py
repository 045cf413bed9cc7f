"""Reading what `pulumi preview --json` prints."""

from __future__ import annotations

import json

import pytest
from pulumi.output import Unknown

from aiware_resources.errors import AiwareError
from aiware_resources.fleet.packing import FLEET
from aiware_resources.report import build, parse, with_jobs, with_policies
from aiware_resources.report.pulumi_json import name_of, type_of
from aiware_resources.text.secret_words import MASK
from tests.unit.report.made import STACK, UNKNOWN, printed, state, step, urn


def test_values_are_those_of_the_program() -> None:
    text = printed(
        step("create", "Job", "j", new=state("Job", {"retries": 3.0, "tasks": [{"payload": {"a": UNKNOWN}}]}))
    )
    (found,) = parse(text).steps
    assert found.new_state is not None
    assert repr(found.new_state.inputs["retries"]) == "3"
    assert isinstance(found.new_state.inputs["tasks"][0]["payload"]["a"], Unknown)
    assert "__provider" not in found.new_state.inputs | found.new_state.outputs


def test_lines_before_the_json_are_passed_over() -> None:
    assert parse("warning: a new version of Pulumi is available\n" + printed()).steps == []


def test_a_resource_in_a_component_is_called_as_in_the_program() -> None:
    urn = "urn:pulumi:dev::project::aiware:index:Transcription$pulumi-python:dynamic/aiware:Job::city::council"
    assert (type_of(urn), name_of(urn)) == ("Job", "city::council")


def test_nulls_are_nothing() -> None:
    found = parse('{"steps": [{"op": "create", "urn": "u::a::b::c", "newState": {"type": "t", "inputs": null}}]}')
    assert found.steps[0].state.inputs == {}


def test_jobs_that_a_preview_masks_are_those_of_the_state() -> None:
    masked = {**state("JobFleet", {}, "f", jobs=MASK), "urn": urn("JobFleet", "f")}
    new = {**state("JobFleet", {}, jobs=MASK), "urn": urn("JobFleet", "g")}
    text = printed(step("update", "JobFleet", "f", old=masked, new=masked), step("create", "JobFleet", "g", new=new))
    recorded = {"urn": urn("JobFleet", "f"), "type": FLEET, "outputs": {"jobs": {"a": "job_a 1 2.abc"}}}
    found = with_jobs(parse(text), lambda: [recorded])
    (told,) = found.diagnostics
    assert (told.urn, told.severity) == (urn("JobFleet", "f"), "warning")
    first, second = found.steps
    for side in (first.old_state, first.new_state):
        assert side is not None
        assert side.outputs == {"jobs": {"a": "job_a 1 2.abc"}}
    assert second.new_state is not None
    assert second.new_state.outputs == {"jobs": {}}
    with pytest.raises(AiwareError, match="masks the jobs of JobFleet f") as raised:
        with_jobs(parse(text), lambda: ())
    assert raised.value.remedy
    assert with_jobs(parse(printed()), lambda: pytest.fail("read for nothing")).steps == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no JSON"),
        ("error: no stack selected", "there is no JSON"),
        ("{", "Expecting"),
        ("{}", "it has no steps"),
        ('{"steps": 5}', "steps: Input should be a valid list"),
        ('{"steps": [{"op": "create"}]}', "steps.0.urn"),
        (printed() + json.dumps({"sequence": 2}), "something follows"),
    ],
)
def test_what_is_something_else(text: str, reason: str) -> None:
    with pytest.raises(AiwareError, match=reason) as raised:
        parse(text)
    assert raised.value.remedy


def policy_event(urn_: str, message: str, level: str = "mandatory") -> str:
    said = {
        "resourceUrn": urn_,
        "message": f"What it is for.\n{message}\n",
        "policyName": "p",
        "enforcementLevel": level,
    }
    return json.dumps({"sequence": 1, "policyEvent": said})


def test_what_policies_said_is_in_the_event_log_only() -> None:
    events = [
        json.dumps({"sequence": 0, "policyLoadEvent": {}}),
        policy_event(urn("Job", "j"), "Job j: tasks[0] is wrong."),
        policy_event(urn("Job", "j"), "wrong, says somebody's own policy."),
        policy_event(STACK, "Too many jobs."),
        policy_event(urn("Job", "j"), "Job j: may be http://u:hidden@host/a", "advisory"),
    ]
    warning = "warning: using pulumi-language-aiware from $PATH at /bin/pulumi-language-aiware"
    before = parse(printed(diagnostics=[{"message": warning, "severity": "warning"}]))
    made = build(with_policies(before, "\n".join(events)))
    assert made.errors == (
        "Job j: policy p: wrong, says somebody's own policy.",
        "policy p: Job j: tasks[0] is wrong.",
        "policy p: Too many jobs.",
    )
    assert made.warnings == ("policy p: Job j: may be http://[secret]@host/a",)
    assert build(with_policies(parse(printed()), "")).errors == ()
