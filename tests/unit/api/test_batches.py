"""Many objects at once: fewer where aiWARE has no capacity for so many, and nothing that was answered is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from aiware_resources import errors
from aiware_resources.api.batch_size import BatchSize

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
