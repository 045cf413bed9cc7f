"""Entries that go from one shard to another."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.fleet import handover
from aiware_resources.fleet.admission import admitted, declared
from aiware_resources.fleet.entries import Entry, marking
from aiware_resources.fleet.handover import handed_over, still_held, with_waiting
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
        for name in names:
            urn = f"urn:pulumi:{name}::project::pulumi-python:dynamic/aiware:JobFleet::archive"
            inputs = {"media": {key: {"url": key} for key in found[name]["jobs"]}}
            stack = {"type": "pulumi:pulumi:Stack", "urn": "urn"}
            yield (
                name,
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

    monkeypatch.setattr(handover, "stacks", lambda: [*found, "talks", "other-0"])
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


def test_another_job_of_the_same_entry_is_removed(states: Fleets) -> None:
    own = [key for key in KEYS if shard_of(key, 5) == 4]
    states["talks-4"] = fleet(4, 5) | {"jobs": {key: text(key, "later") for key in own}}
    over = handed_over(fleet(1, 4), desired(1, 5))
    assert over.replaced == {key for key in own if shard_of(key, 4) == 1}
    assert over.replaced <= over.olds["jobs"].keys()


def test_nothing_is_read_when_nothing_can_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "stacks", lambda: pytest.fail("it was read"))
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
