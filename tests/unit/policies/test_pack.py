"""The policies as Pulumi's policy SDK calls them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from aiware_resources.errors import ConfigurationError
from aiware_resources.policies import aiware_policies, state
from aiware_resources.policies.state import RecordedStack
from tests.unit.policies.made import UNKNOWN, urn

STACK_URN, STACK = "urn:pulumi:dev::studio::pulumi:pulumi:Stack::studio-dev", "pulumi:pulumi:Stack"
OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
HOUR = {"startDateTime": "2026-01-01T00:00:00Z", "stopDateTime": "2026-01-01T01:00:00Z"}


class Pack:
    """The policies of one pack, with their configuration, and what they reported."""

    def __init__(self, **config: Mapping[str, Any]) -> None:
        self.policies = {each.name: each for each in aiware_policies()}
        self.config = {name.replace("_", "-"): values for name, values in config.items()}
        self.said: list[str] = []
        self.not_known: list[str] = []

    def declare(self, kind: str, properties: Mapping[str, Any], name: str = "it") -> PolicyResource:
        type_ = f"pulumi-python:dynamic/aiware:{kind}"
        return self._declare(urn(kind, name), type_, name, properties)

    def declare_stack(self) -> None:
        self._declare(STACK_URN, STACK, "studio-dev", {})

    def _declare(self, urn_: str, type_: str, name: str, properties: Mapping[str, Any]) -> PolicyResource:
        props = unknown_checking_proxy(dict(properties))
        for policy in self.policies.values():
            if isinstance(policy, ResourceValidationPolicy):
                config = self.config.get(policy.name)
                args = ResourceValidationArgs(type_, props, urn_, name, OPTIONS, None, config)
                self._validate(policy, args)
        return PolicyResource(type_, props, urn_, name, OPTIONS, None, None, [], {})

    def end(self, *resources: PolicyResource) -> None:
        (policy,) = (each for each in self.policies.values() if isinstance(each, StackValidationPolicy))
        self._validate(policy, StackValidationArgs(list(resources)))

    def _validate(self, policy: Any, args: Any) -> None:
        def report(message: str, _urn: str | None = None) -> None:
            self.said.append(f"{policy.name}: {message}")

        try:
            policy.validate(args, cast(ReportViolation, report))
        except UnknownValueError as error:
            self.not_known.append(f"{policy.name}: {error.message}")


@pytest.fixture(autouse=True)
def _is_in_no_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "read", lambda project, stack: RecordedStack([]))
    monkeypatch.setattr(state, "configuration", lambda project, stack: {})


def test_without_configuration_only_addresses_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "read", lambda project, stack: pytest.fail("nothing needs the state"))
    pack = Pack()
    pack.declare_stack()
    job = pack.declare("Job", {"tasks": [{"engineId": "e", "payload": {"url": "http://a"}}], "targetId": "1"})
    pack.end(job)
    assert [each.split(":")[0] for each in pack.said] == ["no-plain-http"]


def test_each_policy_gets_its_configuration() -> None:
    pack = Pack(
        allowed_engines={"engines": []},
        required_tags={"clusters": ["owner"]},
        protected_stacks={"stacks": ["studio/dev"]},
        update_limits={"jobs": 0, "mediaMinutes": 59},
    )
    pack.declare_stack()
    pack.declare("Cluster", {"name": "c"})
    pack.declare("Job", {"tasks": [{"engineId": "e"}], "target": HOUR})
    pack.end()
    assert [each.split(":")[0] for each in pack.said] == [
        *("required-tags", "protected-stacks"),
        *("allowed-engines", "protected-stacks", "update-limits"),
        "media-minutes",
    ]


def test_minutes_are_found_by_what_a_property_comes_from() -> None:
    pack = Pack(update_limits={"mediaMinutes": 59})
    tdo = pack.declare("TemporalDataObject", HOUR, "tdo")
    job = pack.declare("Job", {"tasks": [{"engineId": "e"}], "targetId": UNKNOWN}, "job")
    job.property_dependencies = {"targetId": [tdo]}
    pack.end(tdo, job)
    assert "Job job (60)" in "".join(pack.said)


def test_the_cost_is_limited_by_the_prices_that_the_stack_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: studio")
    (tmp_path / "policies").mkdir()
    monkeypatch.chdir(tmp_path / "policies")

    def said(config: dict[str, str]) -> str:
        monkeypatch.setattr(state, "configuration", lambda project, stack: config)
        pack = Pack(update_limits={"cost": 1})
        job = pack.declare("Job", {"tasks": [{"engineId": "e"}], "target": HOUR})
        pack.end(job)
        return "".join(pack.said)

    assert "set aiware:prices" in said({})
    prices = {"aiware:prices": "prices.yaml"}
    assert "prices.yaml cannot be read" in said(prices)
    (tmp_path / "prices.yaml").write_text("{currency: EUR, engines: {e: {perMinute: 0.02}}}")
    assert "cost about 1.20 EUR, and may cost 1.00 EUR at most" in said(prices)
    (tmp_path / "prices.yaml").write_text("{currency: EUR, engines: {e: {perMinute: 0.01}}}")
    assert said(prices) == ""


def test_what_is_not_known_yet_is_told_beside_what_is() -> None:
    pack = Pack(allowed_engines={"engines": []})
    pack.declare("Job", {"tasks": [{"engineId": "e"}, {"engineId": UNKNOWN}]})
    assert len(pack.said) == 1
    assert pack.not_known == ["allowed-engines: Job it: tasks[1].engineId is not known yet, so `pulumi up` checks it"]


def test_the_endpoint_is_judged_wherever_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def said(**config: str) -> list[str]:
        monkeypatch.setattr(state, "configuration", lambda project, stack: config)
        pack = Pack()
        pack.declare_stack()
        return pack.said

    assert said() == []
    monkeypatch.setenv("AIWARE_ENDPOINT", "http://from.the.environment/")
    assert "AIWARE_ENDPOINT is http://from.the.environment, " in said()[0]
    assert "aiware:endpoint is http://from.the.stack, " in said(**{"aiware:endpoint": "http://from.the.stack/x"})[0]
    assert said(**{"aiware:endpoint": "https://from.the.stack"}) == []


def test_a_state_that_cannot_be_read_is_not_taken_for_an_empty_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(project: str, stack: str) -> RecordedStack:
        raise ConfigurationError("There is no `pulumi`.")

    monkeypatch.setattr(state, "read", refuse)
    monkeypatch.setattr(state, "configuration", refuse)
    pack = Pack(protected_stacks={"stacks": ["dev"]}, update_limits={"jobs": 1})
    pack.declare_stack()
    assert [each.split(":")[0] for each in pack.said] == ["no-plain-http", "protected-stacks", "update-limits"]
    assert all("There is no `pulumi`." in each for each in pack.said)
    other = Pack(protected_stacks={"stacks": ["prod"]})
    other.declare_stack()
    assert len(other.said) == 1


def test_the_stack_is_the_one_that_the_engine_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert state.full_name("studio", "dev") == "dev"
    monkeypatch.setattr(state, "_told", {})
    state.configured("acme", {"aiware:endpoint": "local"})
    assert state.configuration("studio", "dev") == {"aiware:endpoint": "local"}
    assert state.full_name("studio", "dev") == "acme/studio/dev"
