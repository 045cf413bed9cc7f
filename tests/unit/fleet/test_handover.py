"""Entries that go from one shard to another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aiware_resources import JobTemplate, media_value, pipelines
from aiware_resources.errors import ConfigurationError
from aiware_resources.fleet import handover
from aiware_resources.fleet.admission import admitted, declared
from aiware_resources.fleet.entries import Entry, marking
from aiware_resources.fleet.handover import RESHARDED, HandOver, handed_over, resharded, still_held, with_waiting
from aiware_resources.fleet.update import Update
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.settings import Settings
from aiware_resources.shards import SHARD, Shard, parsed, shard_of
from aiware_resources.sources import Media

KEYS = [f"ep-{number}" for number in range(40)]
Fleets = dict[str, dict[str, Any]]


def text(key: str, job: str = "job") -> str:
    return Entry(f"{job}-{key}", f"tdo-{key}", True, "2.abc").text()


def fleet(index: int, count: int, keys: list[str] | None = None, **more: Any) -> dict[str, Any]:
    own = [key for key in KEYS if shard_of(key, count) == index] if keys is None else keys
    said = {"__owner": f"project/talks-{index}/archive", SHARD: Shard("talks", index, count).properties()}
    return {**said, "jobs": {key: text(key) for key in own}, "__open": [], **more}


def desired(index: int, count: int) -> dict[str, Any]:
    return {key: value for key, value in fleet(index, count).items() if key.startswith("__") and key != "__open"}


@pytest.fixture
def states(monkeypatch: pytest.MonkeyPatch) -> Fleets:
    """The fleets in the states of stacks."""
    found: Fleets = {}

    def resources(names: list[str]) -> Any:
        for qualified in names:
            name = qualified.removeprefix("organization/project/")
            urn = f"urn:pulumi:{name}::project::pulumi-python:dynamic/aiware:JobFleet::archive"
            inputs = found[name].get("inputs", {"media": {key: {"url": key} for key in found[name]["jobs"]}})
            stack = {"type": "pulumi:pulumi:Stack", "urn": "urn"}
            yield (
                qualified,
                [
                    stack,
                    {
                        "type": "pulumi-python:dynamic/aiware:JobFleet",
                        "urn": urn,
                        "outputs": found[name],
                        "inputs": inputs,
                    },
                ],
            )

    # Pulumi names the project where it is not that of the folder.
    others = ["talks", "organization/project/other-0"]
    monkeypatch.setattr(
        handover, "stacks", lambda project: [*(f"organization/{project}/{name}" for name in found), *others]
    )
    monkeypatch.setattr(handover, "states", resources)
    return found


def test_with_one_shard_more_nothing_moves_but_its_share() -> None:
    keys = [f"{number}.mp4" for number in range(4000)]
    before = {key: shard_of(key, 4) for key in keys}
    after = {key: shard_of(key, 5) for key in keys}
    moved = [key for key in keys if before[key] != after[key]]
    assert {after[key] for key in moved} == {4}
    assert 700 < len(moved) < 900
    # They are in states: another shard for the same key would make its job run again.
    assert [shard_of(key, 5) for key in ("a", "ep-1", "2026/ä.mp4")] == [0, 3, 4]


def test_the_shard_is_in_the_name_of_the_stack() -> None:
    assert parsed("talks-2026-11") == ("talks-2026", 11)
    assert [parsed(name) for name in ("talks", "talks-", "-1", "talks-01", "talks-a")] == [None] * 5


def test_a_new_shard_takes_over_and_the_others_give_up(states: Fleets) -> None:
    states |= {f"talks-{index}": fleet(index, 4) for index in range(4)}
    states["talks-1"] |= {"failures": dict.fromkeys(KEYS, "failed"), "__open": KEYS, "adoptedEntries": KEYS}
    over = handed_over({}, desired(4, 5))
    moving = {key for key in KEYS if shard_of(key, 5) == 4}
    assert over.taken == moving
    assert over.olds["jobs"] == {key: text(key) for key in moving}
    of_one = {key for key in moving if shard_of(key, 4) == 1}
    assert set(over.olds["failures"]) == set(over.olds["__open"]) == set(over.olds["adoptedEntries"]) == of_one

    # Until the new one has recorded them, they stay with those that have them.
    waiting = handed_over(fleet(1, 4), desired(1, 5))
    gone = of_one
    assert gone
    assert set(waiting.waiting) == gone
    assert not waiting.released
    assert not waiting
    assert waiting.olds["jobs"].keys() == {key for key in KEYS if shard_of(key, 5) == 1}
    facts = with_waiting({"jobs": waiting.olds["jobs"], "__open": ["a"]}, waiting, fleet(1, 4))
    assert (facts["jobs"], facts["__open"]) == (fleet(1, 4)["jobs"], ["a"])

    states["talks-4"] = over.olds
    released = handed_over(fleet(1, 4), desired(1, 5))
    assert released.released == gone
    assert not released.waiting
    assert "gives up" in released.summary()
    assert still_held(fleet(1, 4)) == gone


def test_a_shard_that_is_given_up_ends_with_nothing(states: Fleets) -> None:
    states |= {f"talks-{index}": fleet(index, 5) for index in range(5)}
    own = [key for key in KEYS if shard_of(key, 5) == 4]
    states |= {f"talks-{index}": {**fleet(index, 4), **desired(index, 4)} for index in range(4)}
    assert handed_over(fleet(4, 5), desired(4, 4)).released == set(own)


def at(moment: int, before: int = 0) -> dict[str, Any]:
    return {RESHARDED: {"at": f"2026-11-{moment:02}", "before": f"2026-11-{before:02}" if before else ""}}


def key_in(**shards: int) -> str:
    """A key that is in these shards, by the number of shards: ``of_4=0``."""
    keys = (f"talk-{number}" for number in range(1000))
    return next(key for key in keys if all(shard_of(key, int(of[3:])) == index for of, index in shards.items()))


K = key_in(of_4=0, of_5=4)


def with_job(index: int, count: int, job: str | None, **more: Any) -> dict[str, Any]:
    return fleet(index, count, []) | {"jobs": {} if job is None else {K: text(K, job)}, **more}


@pytest.mark.parametrize("own", [at(1), at(3, 1)], ids=["changes now", "has changed after the other"])
def test_an_earlier_job_is_given_up_and_never_removed(states: Fleets, own: dict[str, Any]) -> None:
    count = 5 if own == at(3, 1) else 4
    for there in ("later", None):
        states["talks-4"] = with_job(4, 5, there, **at(2))
        over = handed_over(with_job(0, count, "job", **own), desired(0, 5))
        assert over.released == {K}
        assert not over.waiting
        assert K not in over.olds["jobs"]
        assert ("runs other jobs" in over.summary()) == (there is not None)


def test_the_later_job_is_kept_when_a_shard_skipped_a_number(states: Fleets) -> None:
    states["talks-4"] = with_job(4, 5, "later", **at(2))
    for there in ("job", None):
        states["talks-0"] = with_job(0, 4, there, **at(1))
        over = handed_over(states["talks-4"], desired(4, 4))
        assert over.waiting.keys() == {K}
        assert not over.released
        assert K not in over.olds["jobs"]
        assert ("maybe earlier ones" in over.summary()) == (there is not None)
        assert with_waiting({"jobs": {}}, over, states["talks-4"])["jobs"] == {K: text(K, "later")}
    # With the number that it skipped, it gives the earlier one up.
    states["talks-4"] = with_job(4, 5, "later", **at(4, 3))
    assert handed_over(with_job(0, 4, "job", **at(1)), desired(0, 5)).released == {K}


def test_a_shard_that_held_an_earlier_job_takes_over_the_later_one(states: Fleets) -> None:
    states["talks-4"] = with_job(4, 5, "later", **at(2))
    over = handed_over(with_job(0, 5, "job", **at(3, 1)), desired(0, 4))
    assert over.taken == {K}
    assert over.olds["jobs"] == {K: text(K, "later")}
    # What it took over itself since then stays.
    assert not handed_over(with_job(0, 4, "last", **at(3, 1)), desired(0, 3)).taken


@pytest.mark.parametrize("order", [(0, 4), (4, 0)])
def test_of_two_jobs_that_of_the_later_shard_is_taken_over(states: Fleets, order: tuple[int, int]) -> None:
    key = key_in(of_4=0, of_5=4, of_6=5)
    there = {0: fleet(0, 4, []) | {"jobs": {key: text(key)}, **at(1)}}
    there[4] = fleet(4, 5, []) | {"jobs": {key: text(key, "later")}, **at(2)}
    states |= {f"talks-{index}": there[index] for index in order}
    assert handed_over({}, desired(5, 6)).olds["jobs"] == {key: text(key, "later")}


NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_the_moment_of_the_change_is_recorded_once() -> None:
    first = resharded({}, desired(0, 4), HandOver({}), NOON)
    assert first == {"at": NOON.isoformat(), "before": ""}
    recorded = {RESHARDED: first, **desired(0, 4)}
    later = NOON + timedelta(hours=1)
    assert resharded(recorded, desired(0, 4), HandOver({}), later) == first
    second = resharded(recorded, desired(0, 5), HandOver({}), later)
    assert second == {"at": later.isoformat(), "before": NOON.isoformat()}
    assert resharded({}, {}, HandOver({}), NOON) is None


def test_a_change_is_later_than_those_it_has_seen_by_whatever_clock(states: Fleets) -> None:
    earlier = {"at": NOON.isoformat(), "before": ""}
    states["talks-1"] = fleet(1, 4) | {RESHARDED: earlier}
    for own in (fleet(0, 4), {}):
        over = handed_over(own, desired(0, 5))
        found = resharded(own, desired(0, 5), over, NOON - timedelta(seconds=1))
        assert found == {"at": (NOON + timedelta(microseconds=1)).isoformat(), "before": ""}
    own = fleet(1, 4) | {RESHARDED: earlier}
    found = resharded(own, desired(1, 5), handed_over(own, desired(1, 5)), NOON)
    assert found is not None
    assert found["at"] > found["before"] == earlier["at"]


def test_what_waits_keeps_all_that_is_recorded_of_it(states: Fleets) -> None:
    recorded = with_job(0, 4, "job") | {"__reruns": {K: 2, "gone": 1}, "__missing": {K: "since", "gone": "x"}}
    facts = with_waiting({"jobs": {}, "__reruns": {"a": 1}}, handed_over(recorded, desired(0, 5)), recorded)
    assert (facts["__reruns"], facts["__missing"]) == ({K: 2, "a": 1}, {K: "since"})


def test_what_is_taken_over_is_not_of_the_inputs_that_are_recorded_here() -> None:
    inputs = {"template": {}, "media": {"a": {"url": "u"}, "b": {"url": "u"}}}
    assert HandOver({}).before(inputs) == inputs
    assert HandOver({}, taken=frozenset("a")).before(inputs) == {"template": {}, "media": {"b": {"url": "u"}}}
    assert HandOver({}, taken=frozenset("a")).before({}) == {}


def test_nothing_is_read_when_nothing_can_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "stacks", lambda _: pytest.fail("it was read"))
    recorded = fleet(1, 4)
    assert handed_over(recorded, desired(1, 4)).olds is recorded
    assert handed_over({"jobs": {"a": text("a")}}, {}).summary() == ""
    assert still_held({"jobs": {"a": text("a")}}) == frozenset()


def test_shards_know_what_another_has_submitted() -> None:
    assert marking(desired(0, 4)) == marking(desired(4, 5))
    assert marking({"__owner": "project/talks-0/archive"}).owner == "project/talks-0/archive"


def test_what_is_taken_over_is_neither_new_nor_growing(states: Fleets) -> None:
    states |= {f"talks-{index}": fleet(index, 4) for index in range(4)}
    own = [key for key in KEYS if shard_of(key, 5) == 4]
    listed = Media(((key, {"url": key}) for key in own[1:]), growing=own[:1], most_new=1, shard=Shard("talks", 4, 5))
    media, hidden = declared(listed, frozenset({"url"}))
    news = admitted({}, {**desired(4, 5), "media": media, **hidden}, "archive")
    assert news["media"] == {key: {"url": key} for key in own}
    # What is new besides is still limited.
    more = Media(((key, {"url": key}) for key in [*own, "x-1", "x-2"]), most_new=1, shard=Shard("talks", 4, 5))
    media, hidden = declared(more, frozenset({"url"}))
    assert admitted({}, {**desired(4, 5), "media": media, **hidden}, "archive")["media"].keys() == {*own, "x-1"}


@pytest.mark.parametrize("media", ["dropped", "encrypted"])
def test_what_is_taken_over_stays_when_the_old_shard_was_updated_first(states: Fleets, media: str) -> None:
    own = [key for key in KEYS if shard_of(key, 2) == 1]
    # It holds the jobs of these, and its inputs do not list them any more.
    old = fleet(0, 1) | desired(0, 2)
    kept = {key: {"url": key} for key in KEYS if key not in own}
    states["talks-0"] = old | {"inputs": {"media": kept if media == "dropped" else {"ciphertext": "..."}}}
    listed = Media(
        ((key, {"url": key}) for key in [*own[2:], "new-1", "new-2"]),
        growing={key: {"url": key, "size": 1} for key in [*own[:2], "new-3"]},
        most_new=1,
        shard=Shard("talks", 1, 2),
    )
    entries, hidden = declared(listed, frozenset({"url"}))
    news = admitted({}, {**desired(1, 2), "media": entries, **hidden}, "archive")
    assert handed_over({}, news).taken == set(own)
    assert news["media"] == {key: {"url": key} for key in [*own, "new-1"]}


@pytest.mark.parametrize("olds", [{}, {**desired(1, 3), "media": {}}], ids=["new", "was there"])
def test_a_file_that_another_shard_has_uploaded_is_not_needed_again(
    states: Fleets, tmp_path: Path, olds: dict[str, Any]
) -> None:
    key = key_in(of_1=0, of_2=1)
    uploaded = f"{text(key)} 7.1764463036123456789.d41d8cd98f00b204e9800998ecf8427e"
    states["talks-0"] = fleet(0, 1, []) | {"jobs": {key: uploaded}, "inputs": {"media": {}}}
    template = JobTemplate(dag=pipelines.translation(media_value("url"))).properties
    given = {"template": template, "__folder": str(tmp_path), "media": {key: {"file": "a.mp4"}}}
    provider = JobFleetProvider().with_settings(Settings(validate_engines=False))
    checked = provider.check(olds, {**desired(1, 2), **given})
    assert checked.failures == []
    assert checked.inputs["media"][key]["__file"] == uploaded.rpartition(" ")[2]
    # What is missing from all of them is told.
    checked = provider.check(olds, {**desired(1, 2), **given, "media": {KEYS[0]: {"file": "a.mp4"}}})
    assert ["does not exist" in each.reason for each in checked.failures] == [True]


def test_what_would_be_removed_for_want_of_values_is_an_error(states: Fleets) -> None:
    own = [key for key in KEYS if shard_of(key, 2) == 1]
    states["talks-0"] = fleet(0, 1) | desired(0, 2) | {"inputs": {"media": {}}}
    entries, hidden = declared(Media(growing=own[:1], shard=Shard("talks", 1, 2)), None)
    with pytest.raises(ConfigurationError, match="from another shard"):
        admitted({}, {**desired(1, 2), "media": entries, **hidden}, "archive")


def test_later_only_what_is_declared_is_taken_over(states: Fleets) -> None:
    own = [key for key in KEYS if shard_of(key, 4) == 0]
    states["talks-4"] = fleet(4, 5, own[:2])
    waits = next(key for key in KEYS if key not in own)
    news = {**desired(0, 4), "media": {own[0]: {}}}
    assert handed_over(fleet(0, 4, [waits]), news).taken == {own[0]}


def test_what_a_shard_holds_for_another_one_stays_when_it_gets_it_back(states: Fleets) -> None:
    states["talks-0"] = with_job(0, 5, "job", inputs={"media": {}})
    listed = Media(((key, {"url": key}) for key in ["new-1", "new-2", K]), most_new=1, shard=Shard("talks", 0, 4))
    entries, hidden = declared(listed, None)
    olds = {**desired(0, 5), "media": {}}
    assert admitted(olds, {**desired(0, 4), "media": entries, **hidden}, "archive")["media"].keys() == {"new-1", K}


def test_a_fleet_records_the_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "stacks", list)
    monkeypatch.setattr(handover, "states", lambda _: iter(()))
    monkeypatch.setattr(Update, "run", lambda *_: {"jobs": {}})
    monkeypatch.setattr(JobFleetProvider, "api", SimpleNamespace(url="https://api.test"))
    facts = JobFleetProvider().change("", {}, {**desired(0, 4), "media": {}}, frozenset())
    assert facts[RESHARDED]["at"] > "2026"
    assert RESHARDED in JobFleetProvider.facts
