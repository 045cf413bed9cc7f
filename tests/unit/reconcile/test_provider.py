"""What all providers do alike, on an entity made up for it: a shelf of things in memory."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, ClassVar, Literal

import httpx
import pytest
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config
from pulumi.output import UNKNOWN

from aiware_resources.api.server_time import note
from aiware_resources.cluster import ClusterProvider
from aiware_resources.errors import AdoptionError, AnswerLost, ConfigurationError, InvalidInput, NotFound
from aiware_resources.reconcile import (
    ADOPTED,
    FAILURE,
    LOOK_BACK,
    EntityProvider,
    Made,
    Mark,
    Observed,
    OrderFree,
    Path,
    Problem,
    Props,
)
from aiware_resources.reconcile.holders import Owned
from aiware_resources.reconcile.once import LOOKS
from aiware_resources.reconcile.policies import Adoptable
from aiware_resources.reconcile.recency import now_at
from aiware_resources.settings import Settings

TEN_DAYS = timedelta(days=10)


class ThingState(Adoptable):
    color: str
    shape: str = "round"
    tags: OrderFree[list[str]] | None = None
    number: int | None = None
    on_destroy: Literal["delete", "retain"] | None = None


class Shop:
    """An API of which only the clock is asked for: ten days behind that of this machine."""

    url = "https://shop.test/v3/graphql"

    def me(self) -> None:
        date = format_datetime(datetime.now(UTC) - TEN_DAYS, usegmt=True)
        note(httpx.Response(200, headers={"Date": date}, request=httpx.Request("POST", self.url)))


class ThingProvider(EntityProvider):
    """Things on a shelf. Their shape is fixed, and ``madeOf`` is a fact."""

    kind = "thing"
    type_name = "aiware:Thing"
    model = ThingState
    replaces = frozenset({"shape"})
    facts = frozenset({ADOPTED, "madeOf"})

    shelf: ClassVar[dict[str, Props]] = {}
    failed: ClassVar[dict[str, Props]] = {}
    earlier: ClassVar[list[str]] = []
    lose: ClassVar[list[str]] = []
    """What happens to the next attempts to make one: ``applied`` or ``lost``, and the answer is lost."""
    calls: ClassVar[list[tuple[Any, ...]]] = []

    @property
    def api(self) -> Any:
        return Shop()

    def problems(self, values: Props, unknown: frozenset[Path]) -> Iterable[Problem]:
        if values.get("number") == 13 and not unknown:
            yield Problem(("number",), "brings bad luck")

    def observe(self, object_id: str, recorded: Props) -> Observed | None:
        thing = self.shelf.get(object_id)
        return None if thing is None else Observed(dict(thing), self.failed.get(object_id))

    def look_at(self, object_id: str) -> Props | None:
        return self.shelf.get(object_id)

    def make(self, props: Props, mark: Mark | None) -> Made:
        self.calls.append(("make", mark))
        outcome = self.lose.pop(0) if self.lose else "answered"
        if outcome == "lost":
            raise AnswerLost("The answer was lost.")
        object_id = f"thing-{len(self.shelf)}"
        self.shelf[object_id] = {key: props[key] for key in ("color", "shape", "tags", "number") if key in props}
        if outcome == "applied":
            self.earlier.append(object_id)
            raise AnswerLost("The answer was lost.")
        return Made(object_id, {"madeOf": "wood"})

    def find(self, props: Props, mark: Mark | None, since: datetime, *, lost: bool) -> Made | None:
        self.calls.append(("find", mark, datetime.now(UTC) - since, lost))
        return Made(self.earlier[0], {"madeOf": "wood"}) if self.earlier else None

    def change(self, object_id: str, olds: Props, news: Props, changed: frozenset[str]) -> Props:
        self.calls.append(("change", object_id, changed))
        return {}

    def remove(self, object_id: str, props: Props, policy: str) -> None:
        self.calls.append(("remove", object_id, policy))
        if object_id not in self.shelf:
            raise NotFound("It is gone.")


THING = {"__owner": "project/stack/thing", "color": "red"}


@pytest.fixture
def provider() -> ThingProvider:
    for register in (ThingProvider.shelf, ThingProvider.failed):
        register.clear()
    for made in (ThingProvider.earlier, ThingProvider.lose, ThingProvider.calls):
        made.clear()
    return configured({})


@pytest.fixture(autouse=True)
def owned(monkeypatch: pytest.MonkeyPatch) -> Owned:
    """A provider process that has met nothing yet."""
    register = Owned()
    monkeypatch.setattr("aiware_resources.reconcile.provider.owned", register)
    return register


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiware_resources.reconcile.once.time.sleep", lambda _: None)


def configured(config: dict[str, str]) -> ThingProvider:
    provider = ThingProvider()
    provider.configure(ConfigureRequest(Config(config, "project")))
    return provider


def outs(provider: ThingProvider, **props: Any) -> tuple[str, Props]:
    made = provider.create({**THING, **props})
    assert made.outs is not None
    return made.id, made.outs


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_passes_on_what_the_program_says_and_drops_what_it_does_not() -> None:
    news = {**THING, "__provider": "pickled", "number": 3.0, "tags": None, "shape": UNKNOWN}
    checked = ThingProvider().check({}, news)
    assert checked.failures == []
    assert checked.inputs == {**THING, "number": 3, "shape": UNKNOWN}
    assert repr(checked.inputs["number"]) == "3"


def test_check_tells_problems_of_each_property_and_of_all_together() -> None:
    checked = ThingProvider().check({}, {"number": 13, "tags": [1], "color": "red"})
    assert {failure.property: failure.reason for failure in checked.failures} == {
        "tags[0]": "must be text",
        "number": "brings bad luck",
    }


# --- diff -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("news", "changes", "replaces"),
    [
        ({}, False, []),
        ({"shape": "round", "number": 3.0, "tags": ["b", "a"]}, False, []),
        ({"color": "blue"}, True, []),
        ({"color": UNKNOWN}, True, []),
        ({"shape": "square", "color": "blue"}, True, ["shape"]),
        ({"shape": UNKNOWN}, True, ["shape"]),
        ({"onDestroy": "retain"}, True, []),
        ({"adopt": "thing-0"}, True, []),
        ({"adopt": "another"}, True, ["adopt"]),
    ],
)
def test_diff(news: Props, changes: bool, replaces: list[str]) -> None:
    olds = {**THING, "number": 3, "tags": ["a", "b"], "madeOf": "wood"}
    found = ThingProvider().diff("thing-0", olds, {**THING, "number": 3, "tags": ["a", "b"], **news})
    assert (found.changes, found.replaces) == (changes, replaces)


def test_an_adopted_object_stays_when_the_program_stops_saying_so_or_has_named_it_otherwise() -> None:
    olds = {**THING, "adopt": "by-name", "adopted": True}
    for named in ({"adopt": "by-name"}, {"adopt": True}, {}):
        news: Props = {**THING, **named}
        assert ThingProvider().diff("thing-0", olds, news).replaces == []


# --- create -----------------------------------------------------------------------------------------------------------


def test_create_records_what_the_program_says_and_the_facts(provider: ThingProvider, owned: Owned) -> None:
    made, recorded = outs(provider, number=3.0, __provider="pickled")
    submitted = recorded.pop("__submitted")
    assert datetime.fromisoformat(submitted).tzinfo is not None
    assert recorded == {**THING, "number": 3, "madeOf": "wood"}
    assert owned.has(made)


def test_create_carries_a_marker_unless_they_are_off(provider: ThingProvider) -> None:
    outs(provider)
    outs(provider, color="blue")
    outs(configured({"aiware:markers": "false"}))
    first, second, off = (call[1] for call in provider.calls if call[0] == "make")
    assert first.marker != second.marker
    assert (len(first.marker), len(second.marker), off) == (16, 16, None)
    assert first.resource == second.resource


def test_create_takes_what_an_interrupted_run_made(provider: ThingProvider, caplog: pytest.LogCaptureFixture) -> None:
    provider.earlier.append("thing-7")
    with caplog.at_level(logging.WARNING, "aiware"):
        made, recorded = outs(provider)
    assert (made, recorded["madeOf"]) == ("thing-7", "wood")
    assert "took thing thing-7, which an interrupted run of this stack had made already" in caplog.text
    assert [call[0] for call in provider.calls] == ["find"]
    _, _, back, lost = provider.calls[0]
    # By the shop's clock, which is behind that of this machine.
    assert abs(back - TEN_DAYS - LOOK_BACK) < timedelta(minutes=1)
    assert not lost


def test_create_finds_what_a_lost_answer_made(provider: ThingProvider) -> None:
    provider.lose[:] = ["lost", "applied"]
    made, _ = outs(provider)
    assert (made, len(provider.shelf)) == ("thing-0", 1)
    assert [call[0] for call in provider.calls] == ["find", "make", *["find"] * LOOKS, "make", "find"]
    marks = {call[1] for call in provider.calls}
    assert len(marks) == 1
    _, _, back, lost = provider.calls[-1]
    assert TEN_DAYS < back < TEN_DAYS + timedelta(minutes=30)
    assert lost


# --- adoption ---------------------------------------------------------------------------------------------------------


def test_adopt_takes_over_and_changes_what_differs(provider: ThingProvider) -> None:
    provider.shelf["old"] = {"color": "blue", "shape": "round", "tags": ["b", "a"], "number": 4}
    made, recorded = outs(provider, adopt="old", tags=["a", "b"])
    assert (made, recorded[ADOPTED]) == ("old", True)
    # Tags are the same in another order, and of the number the program says nothing.
    assert provider.calls == [("change", "old", frozenset({"color"}))]


def test_adopt_refuses_what_cannot_be_made_the_same(provider: ThingProvider) -> None:
    provider.shelf["old"] = {"color": "red", "shape": "square"}
    with pytest.raises(AdoptionError, match="thing old cannot be adopted: shape differ"):
        outs(provider, adopt="old", shape="round")
    assert provider.calls == []


def test_adopt_refuses_what_is_not_there(provider: ThingProvider) -> None:
    with pytest.raises(AdoptionError, match=r"aiWARE has no thing old that this token can see.*Check the id"):
        outs(provider, adopt="old")
    assert provider.shelf == {}


# --- read -------------------------------------------------------------------------------------------------------------


def test_read_shows_no_drift_in_another_spelling(provider: ThingProvider) -> None:
    made, recorded = outs(provider, tags=["b", "a"])
    provider.shelf[made]["tags"] = ["a", "b"]
    read = provider.read(made, {**recorded, "__provider": "pickled"})
    assert read.outs == recorded
    assert read.inputs == {key: value for key, value in recorded.items() if key not in {"madeOf", "__submitted"}}


def test_read_shows_drift_of_what_the_program_says_only(provider: ThingProvider) -> None:
    made, recorded = outs(provider, number=3)
    provider.shelf[made] |= {"color": "blue", "number": None, "tags": ["new"]}
    read = provider.read(made, recorded)
    assert read.outs == {**THING, "color": "blue", "madeOf": "wood", "__submitted": recorded["__submitted"]}
    assert provider.diff(made, read.outs, {**THING, "number": 3}).changes


def test_read_records_a_failure_and_forgets_one_that_is_over(provider: ThingProvider) -> None:
    made, recorded = outs(provider)
    provider.failed[made] = {"status": "failed"}
    failed = provider.read(made, recorded)
    assert failed.outs == {**recorded, FAILURE: {"status": "failed"}}
    assert failed.inputs is not None
    assert failed.inputs[FAILURE] == {"status": "failed"}
    provider.failed.clear()
    assert provider.read(made, failed.outs or {}).outs == recorded


def test_read_of_what_is_gone(provider: ThingProvider, owned: Owned) -> None:
    owned.add("gone")
    read = provider.read("gone", THING)
    assert (read.id, read.outs, read.inputs) == ("", {}, {})
    # Should it be there after all, a new resource may take it.
    assert owned.claim("gone")


@pytest.mark.parametrize(("seconds_ago", "is_there"), [(0, True), (30, True), (61, False)])
def test_read_looks_again_for_what_is_new(
    provider: ThingProvider, monkeypatch: pytest.MonkeyPatch, seconds_ago: float, is_there: bool
) -> None:
    pauses: list[float] = []
    made, recorded = outs(provider)
    shown = provider.shelf.pop(made)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            provider.shelf[made] = shown

    monkeypatch.setattr("aiware_resources.reconcile.recency.time.sleep", pause)
    provider.with_settings(Settings(not_found_grace=60))
    submitted = now_at(Shop.url) - timedelta(seconds=seconds_ago)
    read = provider.read(made, {**recorded, "__submitted": submitted.isoformat()})
    assert read.id == (made if is_there else "")
    assert len(pauses) == (3 if is_there else 0)


# --- get --------------------------------------------------------------------------------------------------------------


def test_what_is_only_read_is_held_by_nobody(provider: ThingProvider, owned: Owned) -> None:
    provider.shelf["theirs"] = {"color": "red"}
    read = provider.read("theirs", {"__read": "asked", "__provider": "pickled"})
    assert (read.id, read.outs, read.inputs) == ("theirs", {"color": "red", "__read": "found"}, None)
    assert not owned.has("theirs")
    provider.shelf["theirs"] = {"color": "blue"}
    assert provider.read("theirs", {"color": "red", "__read": "found"}).outs == {"color": "blue", "__read": "found"}


def test_what_is_not_there_is_an_error_where_a_program_asks_for_it(provider: ThingProvider) -> None:
    with pytest.raises(NotFound, match=r"aiWARE has no thing theirs that this token can see"):
        provider.read("theirs", {"__read": "asked"})
    refreshed = provider.read("theirs", {"__read": "found", "color": "red"})
    assert (refreshed.id, refreshed.outs) == ("", {})


def test_what_an_api_lacks_cannot_be_read() -> None:
    provider = ClusterProvider().with_settings(Settings(endpoint="https://edge.test/edge/v1", api="edge"))
    with pytest.raises(InvalidInput, match="Edge"):
        provider.read("rt-1", {"__read": "asked"})


# --- update, delete ---------------------------------------------------------------------------------------------------


def test_update_changes_what_differs_and_keeps_the_facts(provider: ThingProvider) -> None:
    made, recorded = outs(provider, tags=["a", "b"])
    news = {**THING, "color": "blue", "tags": ["b", "a"], "onDestroy": "retain"}
    updated = provider.update(made, {**recorded, FAILURE: {"status": "failed"}}, {**news, "__provider": "pickled"})
    assert updated.outs == {**news, "madeOf": "wood", "__submitted": recorded["__submitted"]}
    assert provider.calls[-1] == ("change", made, frozenset({"color"}))


@pytest.mark.parametrize(
    ("props", "policy"),
    [
        ({}, "delete"),
        ({"onDestroy": "retain"}, "retain"),
        ({"adopt": "thing-0"}, "retain"),
        ({"adopted": True}, "retain"),
        ({"adopted": True, "onDestroy": "delete"}, "delete"),
    ],
)
def test_delete_does_what_the_policy_says(provider: ThingProvider, props: Props, policy: str) -> None:
    made, recorded = outs(provider)
    provider.delete(made, {**recorded, **props})
    assert provider.calls[-1] == ("remove", made, policy)


def test_delete_of_what_is_gone_is_no_error(provider: ThingProvider) -> None:
    provider.delete("gone", THING)
    assert provider.calls == [("remove", "gone", "delete")]


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_that_cannot_be_used_are_refused_in_the_provider_as_well() -> None:
    with pytest.raises(ConfigurationError, match="aiware:jobTimeout should be a number, but is 'long'"):
        configured({"aiware:jobTimeout": "long"})
