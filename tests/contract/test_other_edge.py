"""Jobs through the real provider host on another Edge than the local one: odd lists, lags, refusals, lost answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aiware_resources import pipelines
from aiware_resources.job import JobProvider, JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.host import Host, HostError
from tests.support.other_edge import NO_ROUTE, TOKEN, UNKNOWN, YEAR_ONE, OtherEdge, ahead

PROVIDER = JobProvider()
GRAPH = pipelines.translation("https://documents.test/spanish.txt")
LOST = ((502, "bad gateway"), True)


def job(name: str = "job", **more: Any) -> dict[str, Any]:
    declared = api_properties(JobState, {"tasks": list(GRAPH.tasks), "routes": list(GRAPH.routes)})
    return {"__owner": f"project/stack/{name}", **declared, **more}


@pytest.fixture
def edge() -> Iterator[OtherEdge]:
    with OtherEdge() as running:
        yield running


@pytest.fixture
def start(edge: OtherEdge) -> Iterator[Callable[..., Host]]:
    """Starts provider hosts that know nothing yet, as every new run of Pulumi has one."""
    running: list[Host] = []

    def make(**settings: str) -> Host:
        running.append(Host(edge.config | {f"aiware:{key}": value for key, value in settings.items()}, {}))
        return running[-1]

    yield make
    for each in running:
        assert "Traceback" not in each.close()


ODD_LISTS: dict[str, dict[str, Any]] = {
    "year one": {"created": lambda _: YEAR_ONE},
    "no time": {"created": lambda _: None},
    "a time that is none": {"created": lambda _: "yesterday"},
    "a clock 400 s behind": {"created": ahead(-400)},
    "a clock 400 s ahead": {"created": ahead(400)},
    "capped and ascending": {"page": 3, "ascending": True},
    "the same page always": {"page": 100, "ignores_offset": True},
    "bare": {"bare_lists": True},
    "without configs": {"lists_configs": False},
}


@pytest.mark.parametrize("odd", ODD_LISTS.values(), ids=ODD_LISTS)
def test_a_job_is_found_by_its_marker_whatever_the_list_says(
    edge: OtherEdge, start: Callable[..., Host], odd: dict[str, Any]
) -> None:
    for name, value in odd.items():
        setattr(edge, name, value)
    edge.add(12, age=3600)
    edge.create_answers = [LOST]
    id_, _ = start().create(PROVIDER, job())
    edge.add(12)
    # What an interrupted run has left is looked for in the same list.
    assert start().create(PROVIDER, job())[0] == id_
    assert edge.count("POST /create") == 1


def test_a_job_without_a_time_is_found_behind_many_old_ones(edge: OtherEdge, start: Callable[..., Host]) -> None:
    """A list in order ends where the old jobs begin; those whose time is not set come after all of them."""
    id_, _ = start().create(PROVIDER, job())
    edge.jobs[id_].submitted = 0.0
    edge.created = lambda each: YEAR_ONE if each.id == id_ else ahead(0)(each)
    for age in range(30, 180):
        edge.add(age=age * 86_400)
    edge.page = 100
    assert start().create(PROVIDER, job())[0] == id_
    assert edge.count("POST /create") == 1


def test_a_list_that_lags_some_seconds_doubles_no_job(edge: OtherEdge, start: Callable[..., Host]) -> None:
    edge.list_lag = edge.lag = 0.25
    edge.create_answers = [LOST]
    id_, _ = start().create(PROVIDER, job())
    assert [id_] == list(edge.jobs)
    assert edge.count("POST /create") == 1


@pytest.mark.parametrize(
    "ids",
    [[], ["e1484460-7cb5-4cab-87ea-436c4768904f", "e1484460-7cb5-4cab-87ea-436c4768904e"], ["17"], [None], None],
    ids=str,
)
def test_ids_that_do_not_fit_are_a_lost_answer(edge: OtherEdge, start: Callable[..., Host], ids: Any) -> None:
    edge.create_answers = [((200, {"internalJobIds": ids}), True)]
    id_, _ = start().create(PROVIDER, job())
    assert [id_] == list(edge.jobs)
    assert edge.count("POST /create") == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("the queue is full", "the queue is full"),
        ({"id": "bad_engine", "description": "no such engine", "detail": "tasks[0]"}, "no such engine: tasks[0]"),
        ({"message": "no license"}, "no license"),
        (None, "gives no reason"),
    ],
)
def test_a_refusal_is_told_in_its_words_and_sent_once(
    edge: OtherEdge, start: Callable[..., Host], told: Any, words: str
) -> None:
    edge.create_answers = [((200, {"success": False, "error": told}), False)]
    with pytest.raises(HostError, match="createJob failed: ") as caught:
        start().create(PROVIDER, job())
    assert words in str(caught.value)
    assert edge.count("POST /create") == 1
    assert edge.jobs == {}


def test_a_job_that_was_not_readable_is_taken_again_by_its_marker(edge: OtherEdge, start: Callable[..., Host]) -> None:
    """A refresh that does not find a job takes it out of the state; the list has it all the same."""
    host = start()
    known, of_known = host.create(PROVIDER, job("known"))
    id_, outs = host.create(PROVIDER, job())
    edge.lag = 3600
    edge.jobs[known].submitted -= 7200
    second = start()
    assert second.read(PROVIDER, known, of_known).id == known
    assert second.read(PROVIDER, id_, outs).id == ""
    assert second.create(PROVIDER, job())[0] == id_
    assert edge.count("POST /create") == 2


@pytest.mark.parametrize("lists", [True, False])
@pytest.mark.parametrize("answer", [NO_ROUTE, UNKNOWN, (501, {"description": "no"}), (405, "method not allowed")])
def test_a_deleted_job_is_gone_where_the_outputs_of_unknown_jobs_are_empty(
    edge: OtherEdge, start: Callable[..., Host], answer: tuple[int, Any], lists: bool
) -> None:
    edge.outputs_of_unknown = True
    edge.bare_lists = lists
    host = start()
    id_, outs = host.create(PROVIDER, job())
    edge.missing["status"] = answer
    assert start().read(PROVIDER, id_, outs).id == id_
    del edge.jobs[id_]
    assert start().read(PROVIDER, id_, outs).id == ""


def test_the_token_goes_along_as_an_api_key(edge: OtherEdge, start: Callable[..., Host]) -> None:
    host = start(authHeader="api_key")
    id_, outs = host.create(PROVIDER, job())
    assert host.read(PROVIDER, id_, outs).id == id_
    assert {each.get("api_key") for each in edge.headers} == {TOKEN}
    assert not any("authorization" in each for each in edge.headers)


def test_engines_in_a_bare_array_are_read(edge: OtherEdge, start: Callable[..., Host]) -> None:
    edge.bare_lists = True
    host = start()
    assert host.check(PROVIDER, job()) == {}
    unknown = job()
    unknown["tasks"][0]["engineId"] = "95c910f6-4a26-4b66-96cb-488befa86467"
    assert list(host.check(PROVIDER, unknown)) == ["tasks[0].engineId"]
