"""Reading what `pulumi preview --json` prints."""

from __future__ import annotations

import json

import pytest
from pulumi.output import Unknown

from aiware_resources.errors import AiwareError
from aiware_resources.report import parse
from aiware_resources.report.pulumi_json import name_of, type_of
from tests.unit.report.made import UNKNOWN, printed, state, step


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
