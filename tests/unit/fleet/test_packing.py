"""Thousands of entries as one text."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from pulumi.output import Unknown

from aiware_resources.entities import entity_of
from aiware_resources.fleet import packing
from aiware_resources.fleet.packing import (
    COUNT,
    FLEET,
    is_packed,
    lost_entries,
    packed,
    packed_if_large,
    parts_left_as_they_were,
    unpacked,
    unpacked_resource,
    with_jobs,
)
from aiware_resources.report.live import owned_ids, recorded_in
from aiware_resources.report.pulumi_json import State
from aiware_resources.text.secret_words import MASK, SIGNATURE

UNKNOWN: Any = Unknown  # has no types
MEDIA = {"ä": {"url": "https://m.test/1", "n": 2, "f": 2.5, "is": True, "list": ["a", {"b": "c"}]}, "b": {"url": "u"}}
JOBS = {"ä": "job-1 tdo-1 2.abc", "b": "job-2 =tdo-2 2.abc"}
PROPS = {"media": MEDIA, "jobs": JOBS, "template": {"tasks": []}, "__owner": "p/s/fleet"}


def test_what_is_packed_comes_back_as_it_was() -> None:
    found = packed(PROPS)
    assert {key: type(value) for key, value in found.items()} == {
        "media": str,
        "jobs": str,
        "template": dict,
        "__owner": str,
    }
    assert unpacked(found) == PROPS
    assert packed(found) == found
    assert unpacked(PROPS) == PROPS
    assert (is_packed(found), is_packed(PROPS)) == (True, False)


def test_the_order_of_entries_does_not_matter() -> None:
    assert packed({"media": dict(reversed(MEDIA.items()))}) == packed({"media": MEDIA})


@pytest.mark.parametrize(
    "value", [pulumi.Output.from_input("x"), pulumi.Output.secret("x"), UNKNOWN(), float("nan"), pulumi.FileAsset("x")]
)
def test_what_only_the_engine_can_carry_stays_as_it_is(value: Any) -> None:
    props = {"media": {"a": {"url": "u"}, "b": {"url": value}}}
    assert packed(props) == props


@pytest.mark.parametrize("value", [UNKNOWN(), MASK, "04da6b54-80e4-46f7-96ec-b56ff0331ba9", None])
def test_what_is_not_known_or_masked_is_not_taken_for_a_text(value: Any) -> None:
    assert unpacked({"media": value}) == {"media": value}
    assert not is_packed({"media": value})


@pytest.mark.parametrize("value", ["{}", '{"a": {"url": "u"}}', "{broken", "[1]"])
def test_a_text_that_a_program_gives_is_not_one_of_entries(value: str) -> None:
    assert unpacked({"media": value}) == {"media": value}


def test_what_the_engine_took_out_of_a_declaration_is_noticed() -> None:
    news = {"media": MEDIA, COUNT: 2}
    fewer = {**news, "media": {"b": MEDIA["b"]}}
    recorded = packed({"media": MEDIA})
    assert not lost_entries(recorded, news)
    assert lost_entries(recorded, fewer)
    # Of values that it sees one by one, it leaves as it was what it was told to.
    assert not lost_entries({"media": MEDIA}, fewer)
    assert parts_left_as_they_were(["media", "template.tasks", "media.a", 'media["a"]', "mediaX"]) == [
        "media.a",
        'media["a"]',
    ]


def test_only_large_fleets_are_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packed_if_large({"media": MEDIA}) == {"media": MEDIA}
    monkeypatch.setattr(packing, "LEAST", 2)
    assert is_packed(packed_if_large({"media": MEDIA}))
    assert packed_if_large({"media": UNKNOWN}) == {"media": UNKNOWN}


def test_reports_and_commands_see_the_entries() -> None:
    resource = {"type": FLEET, "urn": f"urn:pulumi:s::p::{FLEET}::fleet", "id": "fleet", "custom": True}
    resource |= {"inputs": packed({"media": MEDIA}), "outputs": packed({"jobs": JOBS})}
    assert entity_of(FLEET).kind == "job fleet"
    (recorded,) = recorded_in([resource])
    assert recorded.outputs["jobs"] == JOBS
    assert set(owned_ids([resource])) >= {"tdo-1", "tdo-2"}
    state = State.model_validate(resource)
    assert (state.inputs["media"], state.outputs["jobs"]) == (MEDIA, JOBS)
    assert State(type=FLEET, inputs=packed({"media": MEDIA})).inputs["media"] == MEDIA
    other = {**resource, "type": "pulumi-python:dynamic/acme:Thing"}
    assert unpacked_resource(other) is other


def sealed(**said: str) -> dict[str, str]:
    return {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", **said}


@pytest.mark.parametrize("jobs", [{"a": "job_a 1 2.abc"}, {f"e{n}": f"job_{n} 1 2.abc" for n in range(2)}])
@pytest.mark.parametrize("as_text", [False, True])
def test_jobs_that_are_encrypted_can_be_read_and_nothing_else(jobs: dict[str, str], as_text: bool) -> None:
    def fleet(name: str, jobs: Any, undone: Any = None) -> dict[str, Any]:
        urn = f"urn:pulumi:dev::p::{FLEET}::{name}"
        return {"urn": urn, "type": FLEET, "id": name, "outputs": {"jobs": jobs, "undone": undone}}

    text = packed({"jobs": jobs})["jobs"] if as_text else jobs
    cipher, clear = sealed(ciphertext="v1:a:b"), sealed(plaintext=json.dumps(text))
    stack = {"urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack"}
    state = [stack, fleet("a", cipher, cipher), fleet("b", jobs)]
    found = with_jobs(state, lambda: [fleet("b", jobs), fleet("a", clear, sealed(plaintext='"sekrit"')), stack])
    assert found == [stack, fleet("a", clear, cipher), fleet("b", jobs)]
    first, second = recorded_in(found)
    assert first.outputs == {"jobs": jobs, "undone": MASK}
    assert second.outputs["jobs"] == jobs
    assert with_jobs([stack, fleet("b", jobs)], lambda: pytest.fail("read again")) == [stack, fleet("b", jobs)]
