"""Many Edge jobs read at the same time: what is slow or cannot be read holds up no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from aiware_resources import errors
from aiware_resources.api import Unread
from aiware_resources.api.edge.side_by_side import AT_ONCE, SideBySide
from tests.support.other_edge import OtherEdge


@pytest.fixture
def edge() -> Iterator[OtherEdge]:
    with OtherEdge(job_seconds=3600) as running:
        yield running


def test_a_hanging_and_an_unreadable_job_among_ten(edge: OtherEdge) -> None:
    ids = edge.add(10)
    edge.hangs, edge.unreadable = {ids[3]}, {ids[6]}
    api = edge.api(requestTimeout=30)
    unread: Unread = {}
    started = time.monotonic()
    found = api.jobs(ids, unread)
    # Far below what one request may take: nobody waited for the one that hangs.
    assert time.monotonic() - started < 20
    assert list(found) == [id_ for id_ in ids if id_ not in (ids[3], ids[6])]
    assert "has not answered yet" in str(unread[ids[3]])
    assert "the database is broken" in str(unread[ids[6]])
    # It is not asked again as long as it has not answered.
    api.jobs(ids, {})
    assert edge.count(f"GET {ids[3]}/status") == 1
    assert edge.count(f"GET {ids[6]}/status") == 2
    api.close()


def test_a_job_that_hangs_alone_ends_with_the_request(edge: OtherEdge) -> None:
    (id_,) = edge.add()
    edge.hangs = {id_}
    api = edge.api(requestTimeout=1)
    unread: Unread = {}
    assert api.jobs([id_], unread) == {}
    assert list(unread) == [id_]
    edge.hangs = set()
    for _ in range(100):
        if found := api.jobs([id_], {}):
            break
    assert found[id_].status == "running"
    api.close()


def test_an_edge_that_cannot_be_reached_is_told_of_all(edge: OtherEdge) -> None:
    ids = edge.add(3)
    api = edge.api()
    edge.__exit__()
    unread: Unread = {}
    with pytest.raises(errors.NotSent):
        api.jobs(ids, unread)
    assert unread == {}
    edge.__enter__()


def test_a_refused_token_is_told_of_all(edge: OtherEdge) -> None:
    ids = edge.add(3)
    edge.missing = {"status": (401, {"description": "who are you"})}
    with pytest.raises(errors.AuthenticationFailed):
        edge.api().jobs(ids, {})


def test_documents_are_listed_by_job(edge: OtherEdge) -> None:
    ids = edge.add(3)
    edge.job_seconds = 0
    found = edge.api().documents([*ids, "e1484460-7cb5-4cab-87ea-436c4768904f", "no uuid"], {})
    assert found == {id_: ["vtn-standard-1.json"] for id_ in ids}


# --- without a server -------------------------------------------------------------------------------------------------


def test_what_came_late_is_taken_by_the_next_look() -> None:
    go_on, asked = threading.Event(), []

    def read(id_: str) -> str | None:
        asked.append(id_)
        if id_ == "slow":
            go_on.wait(30)
        return None if id_ == "gone" else f"read {id_}"

    objects: SideBySide[str] = SideBySide(read, longest=30)
    unread: Unread = {}
    assert objects.read(["slow", "quick", "gone", "quick"], unread) == {"quick": "read quick"}
    assert list(unread) == ["slow"]
    go_on.set()
    assert objects.read(["slow"], {}) == {"slow": "read slow"}
    assert sorted(asked) == ["gone", "quick", "slow"]


def test_those_that_hang_do_not_keep_the_others_from_their_turn_for_ever() -> None:
    go_on = threading.Event()

    def read(id_: str) -> str:
        if id_.startswith("hangs"):
            go_on.wait(30)
        return id_

    objects: SideBySide[str] = SideBySide(read, longest=0.5)
    ids = [f"hangs {number}" for number in range(AT_ONCE)] + [f"good {number}" for number in range(5)]
    unread: Unread = {}
    assert objects.read(ids, unread) == {}
    assert list(unread) == ids
    assert set(objects.read(ids, {})) == {f"good {number}" for number in range(5)}
    go_on.set()


def test_what_concerns_all_is_raised_only_where_nothing_came() -> None:
    def read(id_: str) -> str:
        if id_ == "bad":
            raise errors.NotSent("It cannot be reached.")
        return id_

    objects: SideBySide[str] = SideBySide(read, longest=30)
    unread: Unread = {}
    assert objects.read(["bad", "good"], unread) == {"good": "good"}
    assert list(unread) == ["bad"]
    with pytest.raises(errors.NotSent):
        objects.read(["bad"], {})


def test_a_fault_of_our_own_is_not_taken_for_trouble() -> None:
    def read(_: str) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        SideBySide(read, longest=30).read(["one"], {})
