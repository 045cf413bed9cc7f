"""What an interrupted run left, told from what a later run has superseded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aiware_resources.reconcile import MARKER_KEY, RESOURCE_KEY, Holder, Mark, marked, resource_hash, unmarked
from aiware_resources.reconcile.left_behind import (
    Earlier,
    is_later,
    is_released,
    latest,
    launched_on,
    note_launched,
    note_released,
)
from aiware_resources.reconcile.once import LOOKS
from aiware_resources.reconcile.ownership import LOOK_BACK, RELEASED_KEY

MARK = Mark("a" * 16, "b" * 16, frozenset({"e" * 16}))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Job:
    """A job as far as it matters here."""

    id: str
    config: Any = field(default_factory=dict)
    created_date_time: datetime | None = NOON


def job(id_: str, minutes: int | None, marker: str | None = MARK.marker, resource: str | None = MARK.resource) -> Job:
    config = {MARKER_KEY: marker, RESOURCE_KEY: resource}
    created = None if minutes is None else NOON + timedelta(minutes=minutes)
    return Job(id_, {key: value for key, value in config.items() if value is not None}, created)


def left(jobs: Sequence[Job], held: Sequence[str] = (), unlisted: Mapping[str, Job] | None = None) -> str | None:
    earlier: Earlier[Job] = Earlier(lambda record: record.config)
    found = earlier.left_behind("here", lambda: jobs, MARK, held, lambda ids: dict(unlisted or {}))
    return None if found is None else found.id


OTHER = "c" * 16


def test_the_newest_of_a_resource_is_what_an_interrupted_run_left() -> None:
    assert left([job("2", 2), job("1", 1, OTHER)]) == "2"
    assert left([job("1", 1, OTHER), job("2", 2)]) == "2"
    assert left([job("2", 2, resource=None)]) == "2"
    assert left([job("2", 2, "e" * 16)]) == "2"
    assert left([job("2", None)]) == "2"


def test_what_a_later_one_has_superseded_is_not_taken() -> None:
    assert left([job("2", 2, OTHER), job("1", 1)]) is None
    assert left([job("1", 1), job("2", 2, OTHER)]) is None
    assert left([job("1", None), job("2", 2, OTHER)]) is None


def test_what_another_resource_made_supersedes_nothing() -> None:
    assert left([job("2", 2, OTHER, "f" * 16), job("1", 1)]) == "1"


def test_what_the_state_holds_is_older_than_what_was_left() -> None:
    assert left([job("2", 2), job("1", 1, OTHER)], held=["1"]) == "2"
    assert left([job("1", 1), job("0", 0)], held=["1"]) is None
    older, newer = job("held", 0, None, None), job("held", 5, None, None)
    assert left([job("2", 2)], held=["held"], unlisted={"held": older}) == "2"
    assert left([job("2", 2)], held=["held"], unlisted={"held": newer}) is None


def test_what_cannot_be_shown_to_be_newer_is_not_taken() -> None:
    assert left([job("2", 2)], held=["gone"]) is None
    assert left([job("2", None)], held=["held"], unlisted={"held": job("held", 0)}) is None
    assert not is_later(job("1", 1), job("2", 1))


def test_one_listing_serves_all_look_ups_in_a_place() -> None:
    listings: list[str] = []

    def listing(place: str, *records: Job) -> Any:
        def listed() -> Iterable[Job]:
            listings.append(place)
            return records

        return listed

    earlier: Earlier[Job] = Earlier(lambda record: record.config)
    there = listing("here", job("3", 3), job("2", 2, OTHER, None), job("1", 1, None, None), job("0", 0, OTHER))
    assert [each.id for each in earlier.find("here", there, MARK)] == ["3", "0"]
    assert [each.id for each in earlier.find("here", there, Mark(OTHER, "f" * 16))] == ["2", "0"]
    assert [each.id for each in earlier.find("there", listing("there", job("9", 9)), MARK)] == ["9"]
    assert listings == ["here", "there"]


def test_a_listing_that_fails_is_made_again() -> None:
    def broken() -> Iterable[Job]:
        raise ConnectionError

    earlier: Earlier[Job] = Earlier(lambda record: record.config)
    with pytest.raises(ConnectionError):
        earlier.find("here", broken, MARK)
    assert earlier.find("here", lambda: [job("1", 1)], MARK) == [job("1", 1)]


def test_of_equally_new_ones_the_first_listed_is_the_newest() -> None:
    assert latest([job("1", 1), job("2", 1)]) == job("1", 1)
    assert latest([job("1", None), job("2", None)]) == job("1", None)
    assert latest([]) is None


class Tdos:
    """An API with one TDO.

    Args:
        details: Its details; ``None`` when there is no TDO.
        hidden: How many reads do not show it at first.
    """

    def __init__(self, details: Any, hidden: int = 0) -> None:
        self.details = details
        self._hidden = hidden

    def tdos(self, ids: Sequence[str]) -> dict[str, Any]:
        self._hidden -= 1
        return {} if self.details is None or self._hidden >= 0 else {"t": self}

    def update_tdo(self, content: dict[str, Any]) -> None:
        self.details = content["details"]


def test_a_released_job_is_noted_beside_what_others_keep_on_the_tdo() -> None:
    api: Any = Tdos({"camera": 1, MARKER_KEY: "m", RELEASED_KEY: {"old": "2026-01-01T00:00:00+00:00 9", "bad": 5}})
    note_released(api, "t", {"r": job("1", 1)})
    note_released(api, "t", {"r": job("0", 0), "s": job("2", 2)})
    assert api.details[RELEASED_KEY] == {"r": "2026-03-02T12:01:00+00:00 1", "s": "2026-03-02T12:02:00+00:00 2"}
    assert unmarked(api.details) == {"camera": 1}
    assert api.details[MARKER_KEY] == "m"
    assert [is_released(api.details, ["r"], job(id_, at)) for id_, at in (("1", 1), ("0", 0), ("x", 1), ("2", 2))] == [
        True,
        True,
        False,
        False,
    ]
    assert is_released(api.details, ["r"], job("?", None))
    assert not is_released(api.details, ["other"], job("1", 1))
    assert is_released(api.details, ["other", "r"], job("1", 1))


def test_notes_are_kept_as_long_as_an_interrupted_create_is_looked_for() -> None:
    api: Any = Tdos({})
    note_released(api, "t", {"r": Job("1", created_date_time=NOON - LOOK_BACK - timedelta(seconds=1))})
    note_released(api, "t", {"s": Job("2", created_date_time=NOON)})
    assert api.details[RELEASED_KEY].keys() == {"s"}


@pytest.mark.parametrize("details", ["text", ["list"]])
def test_details_that_are_somebody_elses_as_a_whole_stay(details: Any) -> None:
    api: Any = Tdos(details)
    note_released(api, "t", {"r": job("1", 1)})
    assert api.details == details


@pytest.mark.parametrize("details", [None, "text", {RELEASED_KEY: "text"}, {RELEASED_KEY: {"r": "yesterday"}}, {}])
def test_notes_that_cannot_be_read_say_nothing(details: Any) -> None:
    assert not is_released(details, ["r"], job("1", 1))
    api: Any = Tdos(None)
    note_released(api, "t", {"r": job("1", 1)})
    note_released(api, "t", {"r": job("1", None)})
    assert api.details is None


@pytest.mark.parametrize("hidden", [0, 1, LOOKS])
def test_a_launched_job_is_noted_on_a_tdo_that_is_shown_late(hidden: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_resources.reconcile.once.time.sleep", lambda _: None)
    api: Any = Tdos({"camera": 1}, hidden)
    assert note_launched(api, "t", MARK, "1", NOON.isoformat(), owns_tdo=True)
    assert launched_on(api.details, MARK) == "1"


@pytest.mark.parametrize("api", [Tdos({}, LOOKS + 1), Tdos(None), Tdos("text")])
def test_a_launched_job_that_cannot_be_noted_is_told(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_resources.reconcile.once.time.sleep", lambda _: None)
    assert not note_launched(api, "t", MARK, "1", NOON.isoformat(), owns_tdo=False)
    assert launched_on(api.details, MARK) is None


def test_a_resource_is_named_whatever_its_desired_state_is() -> None:
    one = Holder("aiware:Job", "p/s/job")
    assert resource_hash(one) == resource_hash(Holder("aiware:Job", "p/s/job", called="x", policy="retain"))
    others = [
        Holder("aiware:Job", "p/s/other"),
        Holder("aiware:JobFleet", "p/s/job"),
        Holder("aiware:Job", "p/s/job", "A"),
    ]
    assert len({resource_hash(each) for each in (one, *others)} | {resource_hash(one, "key")}) == 5
    assert marked({"a": 1}, MARK) == {"a": 1, MARKER_KEY: MARK.marker, RESOURCE_KEY: MARK.resource}
    assert unmarked(marked({"a": 1}, MARK)) == {"a": 1}
