"""Lists are read to their end, whatever a server says of their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources import errors
from aiware_resources.api.paging import MOST_WITHOUT_NEWS, Malformed, Nested, follow, key_of, may_go_on, records_of

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

WHEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
SAYS: dict[str, Callable[[int, int], dict[str, Any]]] = {
    "as documented": lambda received, total: {"limit": 30, "count": received},
    "the total": lambda received, total: {"limit": 30, "count": total},
    "nothing": lambda received, total: {},
    "null": lambda received, total: {"limit": None, "count": None},
    "text": lambda received, total: {"limit": "30", "count": "x"},
    "nonsense": lambda received, total: {"limit": -1, "count": 0},
    "objects": lambda received, total: {"limit": {}, "count": [True]},
}


def served(records: list[Any], size: int, says: Callable[[int, int], dict[str, Any]]) -> Callable[[int], Any]:
    def read(offset: int) -> Any:
        page = records[offset : offset + size]
        return {"records": page, **says(len(page), len(records))}

    return read


def followed(read: Callable[[int], Any]) -> Iterator[Any]:
    return follow(lambda offset: records_of(read(offset)), key_of)


@pytest.mark.parametrize("says", SAYS.values(), ids=SAYS)
@given(total=st.integers(0, 70), size=st.integers(1, 35))
def test_every_record_comes_once(says: Callable[[int, int], dict[str, Any]], total: int, size: int) -> None:
    records = [{"id": str(number)} for number in range(total)]
    assert list(followed(served(records, size, says))) == records


def test_a_bare_list_is_a_page() -> None:
    records = [{"id": "1"}, {"id": "2"}]
    assert list(followed(lambda offset: records[offset:])) == records


def test_what_could_not_be_read_counts_for_the_offset() -> None:
    offsets: list[int] = []
    records = [None, {"id": "1"}, None, {"id": "2"}]

    def read(offset: int) -> Any:
        offsets.append(offset)
        return {"records": records[offset : offset + 2]}

    assert [record["id"] for record in followed(read)] == ["1", "2"]
    assert offsets == [0, 2, 4]


@pytest.mark.parametrize("records", [[{"id": "1"}, {"id": "2"}], [{"name": "without an id"}]])
def test_a_server_that_ignores_the_offset_does_not_keep_us(records: list[Any]) -> None:
    asked: list[int] = []

    def read(offset: int) -> Any:
        asked.append(offset)
        return {"records": records}

    assert list(followed(read)) == records
    assert len(asked) == 3


def test_a_server_that_begins_again_does_not_keep_us() -> None:
    records = [{"id": str(number)} for number in range(6)]
    asked: list[int] = []

    def read(offset: int) -> Any:
        asked.append(offset)
        return {"records": [records[(offset + n) % 6] for n in range(2)]}

    assert list(followed(read)) == records
    assert len(asked) == 3 + MOST_WITHOUT_NEWS


def test_new_objects_that_shift_all_of_a_page_hide_nothing() -> None:
    listed = [{"id": str(number)} for number in range(9)]

    def read(offset: int) -> Any:
        page = listed[offset : offset + 3]
        # The newest come first: three more than when the page was read.
        listed[:0] = [{"id": f"new-{n}"} for n in range(3)] if offset == 0 else []
        return {"records": page}

    assert [record["id"] for record in followed(read)] == [str(number) for number in range(9)]


@pytest.mark.parametrize("page", ["x", 1, {"records": "x"}, {"records": {"id": "1"}}, {"records": ["x"]}, [[]]])
def test_what_is_not_a_page_is_told(page: Any) -> None:
    with pytest.raises(Malformed):
        records_of(page)


def test_what_a_page_tells_of_more() -> None:
    three = {"records": [{"id": "1"}] * 3}
    assert not may_go_on(three, 30)
    assert may_go_on(three, 3)
    assert may_go_on({**three, "limit": 3}, 30)
    assert may_go_on({**three, "count": 4}, 30)
    assert not may_go_on({**three, "count": True, "limit": "3"}, 30)
    assert not may_go_on({"records": [], "count": 4}, 30)


def test_lists_inside_objects_are_asked_about_once_for_each_length() -> None:
    nested, pages = Nested(), {length: [{"id": str(number)} for number in range(length)] for length in range(5)}
    assert nested.is_whole(pages[0], 30)
    assert not nested.is_whole(pages[2], 30)
    nested.note(2, 0)
    assert nested.is_whole(pages[2], 30)
    assert not nested.is_whole(pages[4], 30)
    # It was cut at four: nothing shorter can have been.
    nested.note(4, 1)
    assert [nested.is_whole(pages[length], 30) for length in (1, 2, 3, 4)] == [True, True, True, False]


def test_tasks_beyond_a_page_that_was_cut_without_a_word(script: Script) -> None:
    every = [{"id": f"j_{number}", "status": "running"} for number in range(5)]

    def answer(request: httpx.Request) -> httpx.Response:
        variables = script.bodies[-1]["variables"]
        if "offset" in variables:
            return script.answer({"job": {"tasks": {"limit": 30, "records": every[variables["offset"] :][:2]}}})
        job = {"id": "j", "status": "running", "tasks": {"limit": 30, "count": 2, "records": every[:2]}}
        return script.answer({"object0": job, "object1": {**job, "id": "k"}})

    script.play(answer)
    jobs = script.api().jobs(["j", "k"])
    assert [len(job.tasks) for job in jobs.values()] == [5, 5]


def test_polling_costs_one_request_more_and_only_once(script: Script) -> None:
    job = {"status": "running", "tasks": {"records": [{"id": "t", "status": "running"}]}}

    def answer(request: httpx.Request) -> httpx.Response:
        if "offset" in script.bodies[-1]["variables"]:
            return script.answer({"job": {"tasks": {"records": []}}})
        return script.answer({f"object{n}": {**job, "id": id_} for n, id_ in enumerate(["j", "k", "l"])})

    script.play(answer)
    api = script.api()
    for _ in range(3):
        assert len(api.jobs(["j", "k", "l"])) == 3
    assert len(script.requests) == 4


@pytest.mark.parametrize(
    "tasks", [{"limit": 30, "count": 30, "records": [{"id": "t"}] * 30}, {"records": [{"id": "t"}]}]
)
def test_nothing_is_read_between_a_mutation_and_the_id_of_what_it_made(script: Script, tasks: Any) -> None:
    script.play(script.answer({"createJob": {"id": "j", "tasks": tasks}, "retryJob": {"id": "j", "tasks": tasks}}))
    api = script.api()
    assert api.create_job({}).id == "j"
    assert api.retry_job("j").id == "j"
    assert len(script.requests) == 2


@pytest.mark.parametrize("value", ["x", {"records": "x"}, {"records": ["x"], "count": "x"}])
def test_a_malformed_list_is_a_failure_of_the_server(script: Script, value: Any) -> None:
    calls: list[tuple[str, Callable[[Any], Any]]] = [
        ("clusters", lambda api: api.all_clusters()),
        ("jobs", lambda api: list(api.jobs_marked_since(WHEN))),
        ("exportRequests", lambda api: list(api.exports_created_since(WHEN))),
        ("temporalDataObject", lambda api: list(api.assets("42"))),
    ]
    for field, call in calls:
        script.play(script.answer({field: {"assets": value} if field == "temporalDataObject" else value}))
        with pytest.raises(errors.ServerFailure, match="malformed"):
            call(script.api())
    script.play(script.answer({"object0": {"id": "j", "status": "running", "tasks": value}}))
    with pytest.raises(errors.ServerFailure, match="malformed"):
        script.api().jobs(["j"])


@pytest.mark.parametrize("value", [None, {}, {"records": None}, {"count": 0}])
def test_a_list_that_is_missing_is_not_an_empty_one(script: Script, value: Any) -> None:
    """Read as empty, the job that a lost answer made would be made again."""
    calls: list[tuple[str, Callable[[Any], Any]]] = [
        ("clusters", lambda api: api.all_clusters()),
        ("jobs", lambda api: list(api.jobs_marked_since(WHEN))),
        ("exportRequests", lambda api: list(api.exports_created_since(WHEN))),
        ("temporalDataObject", lambda api: list(api.assets("42"))),
    ]
    for field, call in calls:
        script.play(script.answer({field: {"assets": value} if field == "temporalDataObject" else value}))
        with pytest.raises(errors.ServerFailure, match="no list"):
            call(script.api())
