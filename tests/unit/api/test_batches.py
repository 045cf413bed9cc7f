"""Many objects at once: fewer where aiWARE has no capacity for so many, and nothing that was answered is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from aiware_resources import errors
from aiware_resources.api import Unread
from aiware_resources.api.cloud.batches import BatchSize

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

IDS = [str(number) for number in range(20)]


@dataclass
class Busy:
    """A server that has capacity for so many objects in a request.

    Attributes:
        capacity: Objects that it can read at once.
        answers_others: Whether it reads so many of a larger batch, and refuses only the rest.
        asked: How many objects each request asked about.
        read: The objects that it has read.
    """

    capacity: int
    answers_others: bool = False
    asked: list[int] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        ids = list(json.loads(request.content)["variables"].values())
        self.asked.append(len(ids))
        fits = self.capacity if self.answers_others or len(ids) <= self.capacity else 0
        self.read += ids[:fits]
        data: dict[str, Any] = {
            f"object{index}": {"id": id_, "name": id_} if index < fits else None for index, id_ in enumerate(ids)
        }
        refused = [
            {"message": "No capacity left.", "name": "capacity_exceeded", "path": [alias]}
            for alias, value in data.items()
            if value is None
        ]
        return httpx.Response(200, json={"data": data} | ({"errors": refused} if refused else {}))


def test_a_batch_that_is_too_large_is_halved_at_once(script: Script) -> None:
    server = Busy(capacity=5)
    found = script.play(server).api(poll_batch_size=20).tdos(IDS)
    assert list(found) == IDS
    assert server.asked == [20, 10, 5, 5, 5, 5]
    assert script.sleeps == []


def test_what_the_answer_holds_besides_is_kept(script: Script) -> None:
    server = Busy(capacity=12, answers_others=True)
    found = script.play(server).api(poll_batch_size=20).tdos(IDS)
    assert sorted(found) == sorted(IDS)
    assert server.read == IDS
    assert server.asked == [20, 8]


def test_batches_grow_again(script: Script) -> None:
    server = Busy(capacity=5)
    api = script.play(server).api(poll_batch_size=20)
    api.tdos(IDS)
    server.capacity = 100
    server.asked.clear()
    for _ in range(12):
        api.tdos(IDS)
    assert server.asked[:3] == [5, 5, 5]
    assert server.asked[-1] == 20


def test_an_object_for_which_alone_there_is_no_capacity_is_waited_for_and_then_told(script: Script) -> None:
    server = Busy(capacity=0)
    with pytest.raises(
        errors.CapacityExceeded, match="Reading temporalDataObject 0 failed after 4 attempts: No capacity"
    ):
        script.play(server).api(poll_batch_size=4).tdos(IDS)
    assert server.asked == [4, 2, 1, 1, 1, 1]
    assert script.sleeps == [0.5, 1.0, 2.0]


def test_an_answer_without_any_data_is_asked_for_again_in_parts(script: Script) -> None:
    refused = script.answer(None, script.entry("capacity_exceeded"))
    halves = [script.answer({"object0": {"id": id_}}) for id_ in ("a", "b")]
    assert list(script.play(refused, *halves).api().tdos(["a", "b"])) == ["a", "b"]


def test_another_trouble_beside_it_counts_as_before(script: Script) -> None:
    both = script.answer(
        {"object0": None, "object1": None},
        script.entry("capacity_exceeded", "object0"),
        script.entry("not_allowed", "object1"),
    )
    with pytest.raises(errors.NotAllowed):
        script.play(both).api().tdos(["a", "b"])


def test_an_object_that_was_read_in_part_only_is_read_again(script: Script) -> None:
    partly = script.answer(
        {"object0": {"id": "a", "status": "running", "tasks": None}, "object1": {"id": "b", "status": "complete"}},
        script.entry("capacity_exceeded", "object0", "tasks"),
    )
    whole = script.answer({"object0": {"id": "a", "status": "failed"}})
    found = script.play(partly, whole).api().jobs(["a", "b"])
    assert {id_: job.status for id_, job in found.items()} == {"a": "failed", "b": "complete"}


def test_threads_that_find_the_same_halve_it_once() -> None:
    size = BatchSize(50)
    size.exceeded(50)
    size.exceeded(50)
    assert size.current == 25
    size.exceeded(1)
    assert size.current == 1


@dataclass
class Partial:
    """A server that cannot read some of its objects.

    Attributes:
        bad: What is wrong with each of them.
        missing: The objects that it does not have.
        takes_all_down: Whether one bad object takes the whole answer down, as with fields that are never null.
        tells_which: Whether an error says which object it is about.
        asked: The objects that each request asked about.
    """

    bad: dict[str, str]
    missing: frozenset[str] = frozenset()
    takes_all_down: bool = False
    tells_which: bool = True
    asked: list[list[str]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        ids = list(json.loads(request.content)["variables"].values())
        self.asked.append(ids)
        names = self.bad | dict.fromkeys(self.missing, "not_found")
        told = [
            {"message": "It broke.", "name": names[id_]} | ({"path": [f"object{index}"]} if self.tells_which else {})
            for index, id_ in enumerate(ids)
            if id_ in names
        ]
        fields: dict[str, Any] = {
            f"object{index}": None if id_ in names else self.field(id_) for index, id_ in enumerate(ids)
        }
        data = None if told and self.takes_all_down else fields
        return httpx.Response(200, json={"data": data} | ({"errors": told} if told else {}))

    @staticmethod
    def field(id_: str) -> dict[str, Any]:
        """An object, or the page of a list that holds it."""
        return {"id": id_, "name": id_, "status": "running", "records": [{"id": id_, "status": "incomplete"}]}


GOOD = [id_ for id_ in IDS if id_ not in {"3", "7"}]


@pytest.mark.parametrize("takes_all_down", [False, True])
@pytest.mark.parametrize("name", ["internal_error", "service_unavailable", "not_allowed", "invalid_input", "odd"])
@pytest.mark.parametrize("read", ["jobs", "job_states", "tdos", "clusters", "export_requests"])
def test_objects_that_cannot_be_read_do_not_hold_up_the_others(
    script: Script, read: str, name: str, takes_all_down: bool
) -> None:
    server = Partial({"3": name}, frozenset({"7"}), takes_all_down)
    unread: Unread = {}
    found = getattr(script.play(server).api(poll_batch_size=20), read)(IDS, unread)
    assert sorted(found) == sorted(GOOD)
    assert list(unread) == ["3"]
    assert "3 failed: It broke" in str(unread["3"])
    assert unread["3"].object_id == "3"
    # None of it is asked for again and again.
    assert script.sleeps == []
    assert len(server.asked) <= 2


@pytest.mark.parametrize("takes_all_down", [False, True])
def test_an_object_that_nobody_names_is_found(script: Script, takes_all_down: bool) -> None:
    server = Partial({"3": "internal_error"}, takes_all_down=takes_all_down, tells_which=False)
    unread: Unread = {}
    found = script.play(server).api(poll_batch_size=20).export_requests(IDS, unread)
    assert (sorted(found), list(unread)) == (sorted({*IDS} - {"3"}), ["3"])
    assert script.sleeps == []


def test_where_nothing_can_be_read_it_is_not_asked_about_one_by_one(script: Script) -> None:
    server = Partial(dict.fromkeys(IDS, "service_failure"), takes_all_down=True, tells_which=False)
    unread: Unread = {}
    assert script.play(server).api(poll_batch_size=20).clusters(IDS, unread) == {}
    assert list(unread) == IDS
    assert len(server.asked) == 3


def test_without_room_for_them_an_object_that_cannot_be_read_is_an_error(script: Script) -> None:
    with pytest.raises(errors.ServerFailure, match="It broke"):
        script.play(Partial({"3": "internal_error"})).api(poll_batch_size=20, max_retries=1).jobs(IDS)


def test_a_record_that_makes_no_sense_is_unread(script: Script) -> None:
    server = Partial({})
    server.field = lambda id_: {"id": {} if id_ == "3" else id_}  # type: ignore[method-assign]
    unread: Unread = {}
    found = script.play(server).api(poll_batch_size=20).jobs(IDS, unread)
    assert (sorted(found), list(unread)) == (sorted({*IDS} - {"3"}), ["3"])


def test_a_token_that_is_refused_is_no_matter_of_single_objects(script: Script) -> None:
    with pytest.raises(errors.AuthenticationFailed):
        script.play(Partial({"3": "authentication_error"})).api(poll_batch_size=20).jobs(IDS, {})


def test_what_came_is_not_lost_with_a_later_batch(script: Script) -> None:
    server = Partial({})

    def breaks(request: httpx.Request) -> httpx.Response:
        return server(request) if len(server.asked) < 2 else httpx.Response(502)

    unread: Unread = {}
    found = script.play(breaks).api(poll_batch_size=5, max_retries=0).tdos(IDS, unread)
    assert (list(found), list(unread)) == (IDS[:10], IDS[10:])
