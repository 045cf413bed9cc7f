"""How much one update may run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from aiware_resources.estimates.prices import Price, Prices
from aiware_resources.fleet.entries import fingerprint, jobs_of
from aiware_resources.policies.declared import Declared
from aiware_resources.policies.limits import Limits, Update, running_jobs
from aiware_resources.policies.state import Recorded, RecordedStack
from tests.unit.policies.made import UNKNOWN, declared, not_known, urn, violations

TASKS: dict[str, Any] = {"tasks": [{"engineId": "e", "payload": {"url": "https://a"}}]}
JOB: dict[str, Any] = {**TASKS, "targetId": "1"}
FAILED: dict[str, Any] = {"failure": {"status": "failed"}}
TEMPLATE = {"template": {"tasks": [{"engineId": "e", "payload": {"url": "${media.url}"}}], "target": {}}}
NO_SOURCES: dict[str, dict[str, list[str]]] = {}


def fleet(**urls: str) -> dict[str, Any]:
    return {**TEMPLATE, "media": {key: {"url": url} for key, url in urls.items()}}


def recorded(
    kind: str, properties: Mapping[str, Any], *, name: str = "it", id_: str = "1", **outputs: Any
) -> dict[str, Any]:
    return {
        "urn": urn(kind, name),
        "type": f"pulumi-python:dynamic/aiware:{kind}",
        "id": id_,
        "inputs": {"__provider": "pickled", **properties},
        "outputs": {"__provider": "pickled", **properties, **outputs},
    }


def recorded_fleet(properties: Mapping[str, Any], **outputs: Any) -> dict[str, Any]:
    jobs = {key: f"{key} 9 {fingerprint(job)}" for key, job in jobs_of(properties)}
    found = recorded("JobFleet", properties, jobs=jobs, **outputs)
    del found["outputs"]["media"]
    return found


def one(resource: Mapping[str, Any]) -> Recorded:
    (found,) = RecordedStack([resource]).by_urn.values()
    return found


@pytest.mark.parametrize(
    ("before", "now", "running"),
    [
        (None, JOB, 1),
        (None, {**JOB, "adopt": "26110101_a"}, 0),
        (recorded("Job", JOB), JOB, 0),
        (recorded("Job", JOB), {**JOB, "clusterId": "c", "name": "other"}, 0),
        (recorded("Job", JOB), {**JOB, "tasks": [{"engineId": "other"}]}, 1),
        (recorded("Job", JOB), {**JOB, "targetId": UNKNOWN}, 1),
        (recorded("Job", JOB, **FAILED), JOB, 1),
        (recorded("Job", JOB, **FAILED), {**JOB, "onFailure": "keep"}, 0),
        (recorded("Job", JOB, **FAILED), {**JOB, "onFailure": "replace"}, 1),
    ],
)
def test_which_jobs_run(before: dict[str, Any] | None, now: dict[str, Any], running: int) -> None:
    assert len(list(running_jobs(declared("Job", now), one(before) if before else None))) == running


OLD = fleet(a="https://a", b="https://b")


@pytest.mark.parametrize(
    ("before", "now", "running"),
    [
        (None, fleet(a="https://a", b="https://b", c="https://c"), 3),
        (recorded_fleet(OLD), OLD, 0),
        (recorded_fleet(OLD), fleet(a="https://other", b="https://b", c="https://c"), 2),
        (recorded_fleet(OLD), fleet(a="https://a", b=UNKNOWN), 1),
        (recorded_fleet(OLD), {**OLD, "template": UNKNOWN}, 1),
        (recorded_fleet(OLD, failures={"a": "it failed"}), OLD, 1),
        (recorded_fleet(OLD, failures={"a": "it failed"}), {**OLD, "onFailure": "keep"}, 0),
    ],
)
def test_which_entries_of_a_fleet_run(before: dict[str, Any] | None, now: dict[str, Any], running: int) -> None:
    assert len(list(running_jobs(declared("JobFleet", now), one(before) if before else None))) == running


def test_a_secret_that_changes_is_a_change() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"https://a"'}
    before = one(recorded("Job", {**JOB, "tasks": [{"engineId": "e", "payload": {"url": secret}}]}))
    assert not list(running_jobs(declared("Job", JOB), before))
    assert list(running_jobs(declared("Job", {**JOB, "tasks": [{"engineId": "e", "payload": {"url": "b"}}]}), before))


def added(update: Update, limits: Limits, *resources: Declared, before: RecordedStack | None = None) -> list[str]:
    found = [update.add(each, limits, before or RecordedStack([])) for each in resources]
    return violations(objection for each in found for objection in each)


def job(name: str, properties: Mapping[str, Any] = JOB) -> Declared:
    return declared("Job", properties, name=name)


def test_the_first_job_that_is_one_too_many_is_refused() -> None:
    update, limits = Update(), Limits(jobs=2)
    assert added(update, limits, job("a"), job("b")) == []
    # Each counts once, however often it is declared.
    assert added(update, limits, job("b")) == []
    assert added(update, limits, job("c"), job("d")) == [
        "Job c: with it, this update runs 3 jobs or more, and may run 2 at most. Run fewer at a time, or raise "
        "`jobs` of the policy update-limits."
    ]


def test_jobs_that_do_not_run_do_not_count() -> None:
    before = RecordedStack([recorded("Job", JOB, name=name) for name in "abc"])
    assert added(Update(), Limits(jobs=1), job("a"), job("b"), job("c"), job("d"), before=before) == []


def test_a_job_that_was_moved_is_the_same_one() -> None:
    before = RecordedStack([recorded("Job", JOB, name="earlier")])
    moved = replace(job("now"), aliases=[urn("Job", "earlier")])
    assert added(Update(), Limits(jobs=0), moved, before=before) == []
    assert len(added(Update(), Limits(jobs=0), job("now"), before=before)) == 1


def test_each_entry_of_a_fleet_counts() -> None:
    found = declared("JobFleet", fleet(a="https://a", b="https://b"))
    assert len(added(Update(), Limits(jobs=1), found)) == 1
    assert added(Update(), Limits(jobs=2), found) == []


def minutes(update: Update, sources: Mapping[str, Mapping[str, list[str]]] = NO_SOURCES) -> list[str]:
    return violations(update.minutes(sources))


HOUR: dict[str, Any] = {"startDateTime": "2026-01-01T00:00:00Z", "stopDateTime": "2026-01-01T01:00:00Z"}


def test_minutes_are_those_of_the_tdos_that_jobs_work_on() -> None:
    update, limits = Update(), Limits(minutes=119)
    tdo = declared("TemporalDataObject", HOUR, name="t")
    unused = declared("TemporalDataObject", HOUR, name="unused")
    jobs = [job("a", {**TASKS, "target": HOUR}), job("b", {**TASKS, "targetId": UNKNOWN})]
    sources = {jobs[1].urn: {"targetId": [tdo.urn]}}
    assert added(update, limits, tdo, unused, *jobs) == []
    assert minutes(update, sources) == [
        "The jobs of this update work on 120 minutes of media, and may work on 119 at most: Job a (60), Job b (60). "
        "Run fewer at a time, or raise `mediaMinutes` of the policy update-limits."
    ]
    update.limits = Limits(minutes=120)
    assert minutes(update, sources) == []


def test_a_job_on_the_tdo_of_another_job_or_of_the_state() -> None:
    before = RecordedStack([recorded("TemporalDataObject", HOUR, name="t", id_="460")])
    for other in (job("b", {**TASKS, "targetId": "460"}), job("b", {**TASKS, "targetId": UNKNOWN})):
        update = Update()
        first = job("a", {**TASKS, "target": HOUR})
        added(update, Limits(minutes=119), first, other, before=before)
        assert len(minutes(update, {other.urn: {"targetId": [first.urn]}})) == 1
        update.limits = Limits(minutes=120)
        assert minutes(update, {other.urn: {"targetId": [first.urn]}}) == []


def test_entries_of_a_fleet_have_media_of_their_own() -> None:
    template = {"tasks": [{"engineId": "e"}], "target": {**HOUR, "stopDateTime": "${media.stop}"}}
    media = {"a": {"stop": "2026-01-01T00:30:00Z"}, "b": {"stop": "2026-01-01T02:00:00Z"}}
    update = Update()
    added(update, Limits(minutes=149), declared("JobFleet", {"template": template, "media": media}))
    assert "work on 150 minutes of media, and may work on 149 at most" in minutes(update)[0]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("Job", {**TASKS, "targetId": "somebody's"}),
        ("Job", {**TASKS, "target": {"name": "t"}}),
        ("Job", TASKS),
        ("SingleEngineJob", {"engineId": "e", "uploadUrl": "https://a"}),
    ],
)
def test_media_of_unknown_length_are_told_or_count_as_configured(kind: str, properties: dict[str, Any]) -> None:
    update = Update()
    added(update, Limits(minutes=100), declared(kind, properties))
    assert minutes(update) == [
        f"{kind} it: the length of the media of 1 job is not given. Give the TDO a start and a stop, or say what such "
        "media count as: `unknownMinutes` of the policy update-limits."
    ]
    for assumed, refused in ((100, 0), (101, 1)):
        update.limits = Limits(minutes=100, unknown_minutes=assumed)
        assert len(minutes(update)) == refused


def test_what_is_not_known_yet_is_not_taken_for_short() -> None:
    for properties in ({**TASKS, "targetId": UNKNOWN}, {**TASKS, "target": {**HOUR, "stopDateTime": UNKNOWN}}):
        update = Update()
        added(update, Limits(minutes=1, unknown_minutes=0), job("a", properties))
        found = list(update.minutes(NO_SOURCES))
        assert (violations(found), len(not_known(found))) == ([], 1)


PRICES = Prices(currency="EUR", engines={"e": Price(perMinute=Decimal("0.5"))})


def costs(update: Update, prices: Prices | None = PRICES, sources: Any = NO_SOURCES) -> list[str]:
    return violations(update.costs(sources, prices, {}))


def test_the_cost_of_an_update_is_limited() -> None:
    update, limits = Update(), Limits(cost=Decimal("59.99"))
    added(update, limits, job("a", {**TASKS, "target": HOUR}), job("b", {**TASKS, "target": HOUR}))
    assert costs(update) == [
        "The jobs of this update cost about 60.00 EUR, and may cost 59.99 EUR at most. Run fewer at a time, or raise "
        "`cost` of the policy update-limits."
    ]
    update.limits = Limits(cost=Decimal(60))
    assert costs(update) == []
    update.limits = Limits(jobs=9)
    assert costs(update) == []


def test_a_cost_that_is_not_known_is_within_no_limit() -> None:
    update, limits = Update(), Limits(cost=Decimal(1000))
    added(update, limits, job("a", {**TASKS, "target": {}}))
    assert costs(update)[0].startswith("Job a: the cost of 1 job is not known.")
    update.limits = replace(limits, unknown_minutes=60)
    assert costs(update) == []
    assert "give each engine a price" in costs(update, Prices(currency="EUR"))[0]
    assert costs(update, None) == [
        "The jobs of this update have no prices, so what they cost is not known: set aiware:prices."
    ]


def test_each_entry_of_a_fleet_costs() -> None:
    update = Update()
    added(update, Limits(cost=Decimal(1), unknown_minutes=1), declared("JobFleet", fleet(a="https://a", b="https://b")))
    assert costs(update) == []
    update.limits = replace(update.limits, unknown_minutes=2)
    assert len(costs(update)) == 1


def test_what_was_measured_goes_before_what_is_declared() -> None:
    asked: list[list[str]] = []

    def measure(sources: Iterable[str]) -> dict[str, float]:
        asked.append(list(sources))
        return {"https://a": 2.0}

    update = Update(measure=measure)
    added(update, Limits(minutes=2, cost=Decimal(1)), job("a", {**TASKS, "target": HOUR}))
    assert (minutes(update, NO_SOURCES), costs(update), asked) == ([], [], [["https://a"]])


def test_limits_are_read_from_the_configuration() -> None:
    assert Limits.of({"cost": 0.1}) == Limits(cost=Decimal("0.1"))
    assert Limits.of({"cost": 0})
    assert not Limits.of({"unknownMinutes": 3})
