"""Fleets on aiWARE Edge through the real provider host: what is the same as in the cloud, and what is not."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aiware_resources import engines
from tests.contract.apis import Ground
from tests.contract.fleets import FAILING, ON_EDGE, PROVIDER, edge_fleet, job_ids, settled, told
from tests.support.host import Host, HostError
from tests.support.local import Local
from tests.support.other_edge import NO_ROUTE, YEAR_ONE, OtherEdge

Start = Callable[..., Host]
GONE = "e1484460-7cb5-4cab-87ea-436c4768904f"
"""An id that no job has."""


@pytest.fixture
def ground(local: Local) -> Ground:
    return Ground("edge", local)


@pytest.fixture
def start(ground: Ground) -> Iterator[Start]:
    """Starts provider hosts that know nothing yet, as every new run of Pulumi has one."""
    running: list[Host] = []

    def make(**settings: str) -> Host:
        config = ground.with_token | {f"aiware:{key}": value for key, value in settings.items()}
        running.append(Host(config, {}))
        return running[-1]

    yield make
    for each in running:
        assert "Traceback" not in each.close()


@pytest.fixture(scope="module")
def host(shared_local: Local) -> Iterator[Host]:
    running = Host(Ground("edge", shared_local).with_token, {})
    yield running
    assert "Traceback" not in running.close()


def there(local: Local) -> set[str]:
    """The ids of all jobs."""
    local.behave(dialect={})
    return {each["internalJobID"] for each in local.edge("GET", "/proc/jobs", params={"limit": 100})["result"]}


def test_a_fleet_round_trips(host: Host, local: Local) -> None:
    news = edge_fleet("abc", onDestroy="delete")
    assert host.check(PROVIDER, news) == {}
    id_, outs = host.create(PROVIDER, news)
    assert {*job_ids(outs).values()} == there(local)
    assert [text.split(" ")[1] for text in outs["jobs"].values()] == ["=-"] * 3
    assert "newest" in outs
    read = host.read(PROVIDER, id_, outs)
    assert (told(read.outs), read.outs["__open"]) == (told(outs), [])
    # What is known to be complete is not asked about again: it would take a request for each job.
    before = local.http_requests()
    assert told(host.read(PROVIDER, id_, read.outs).outs) == told(outs)
    assert local.http_requests() == before
    assert settled(host, outs, news)
    host.delete(PROVIDER, id_, outs)
    assert there(local) == set()
    host.delete(PROVIDER, id_, outs)


def test_an_update_works_entry_by_entry(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, edge_fleet("abc", onDestroy="delete"))
    news = edge_fleet("bcd", onDestroy="delete")
    news["media"]["c"]["url"] = "https://media.test/other"
    after = host.update(PROVIDER, id_, outs, news)
    assert local.mutations() == {"createJob": 5, "deleteJob": 2}
    assert job_ids(after)["b"] == job_ids(outs)["b"]
    assert {*job_ids(after).values()} == there(local)
    assert settled(host, after, news)


@pytest.mark.parametrize(("policy", "left"), [(None, "c"), ("retain", "cu"), ("delete", "")])
def test_destroy_deletes_what_is_unfinished_and_more_where_the_program_says_so(
    host: Host, local: Local, policy: str | None, left: str
) -> None:
    id_, complete = host.create(PROVIDER, edge_fleet("c"))
    complete = host.read(PROVIDER, id_, complete).outs
    local.behave(jobSeconds=60)
    after = host.update(PROVIDER, id_, complete, edge_fleet("cu"))
    local.fault({"dropResponse": True}, operation="deleteJob")
    host.delete(PROVIDER, id_, {**after, **({"onDestroy": policy} if policy else {})})
    assert there(local) == {job_ids(after)[key] for key in left}


def test_a_job_that_is_not_shown_is_ended_unless_it_was_seen_complete(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, edge_fleet("a"))
    seen = host.read(PROVIDER, id_, outs).outs
    local.behave(jobSeconds=60)
    after = host.update(PROVIDER, id_, seen, edge_fleet("ab"))
    local.fault({"lag": 60}, times=10_000)
    host.delete(PROVIDER, id_, after)
    local.clear_faults()
    assert there(local) == {job_ids(outs)["a"]}


@pytest.mark.parametrize("policy", ["retry", "replace"])
def test_a_failed_job_is_submitted_again(host: Host, local: Local, policy: str) -> None:
    local.behave(engines=FAILING)
    news = edge_fleet("ab", concurrency=1, onFailure=policy, onDestroy="delete")
    id_, outs = host.create(PROVIDER, news)
    read = host.read(PROVIDER, id_, outs)
    assert read.outs["failures"].keys() == {"a"}
    assert read.outs["failures"]["a"].endswith(": noise")
    assert host.diff(PROVIDER, id_, read.outs, {**news, "onFailure": "keep"})[1] == []
    after = host.update(PROVIDER, id_, read.outs, news)
    assert local.mutations() == {"createJob": 3, "deleteJob": 1}
    assert job_ids(after)["b"] == job_ids(outs)["b"]
    assert {*job_ids(after).values()} == there(local)
    assert settled(host, after, news)


@pytest.mark.parametrize("action", [{"dropResponse": True}, {"refuse": True}, {"status": 502}, {"malformed": True}])
def test_lost_answers_make_no_second_job(host: Host, local: Local, action: dict[str, Any]) -> None:
    local.fault(action, operation="createJob", times=3, after=1)
    _, outs = host.create(PROVIDER, edge_fleet("abcdefgh", concurrency=4))
    assert {*job_ids(outs).values()} == there(local)
    assert len(outs["jobs"]) == local.mutations()["createJob"] == 8


@pytest.mark.parametrize("dialect", [{}, {"empty": "null", "pageSize": 2}], ids=str)
def test_what_a_killed_run_submitted_is_taken(start: Start, local: Local, dialect: dict[str, Any]) -> None:
    local.behave(dialect=dialect)
    first = job_ids(start().create(PROVIDER, edge_fleet("abc"))[1])
    # Another fleet, with equal jobs.
    other = start().create(PROVIDER, {**edge_fleet("abc"), "__owner": "project/stack/other"})[1]
    second = start()
    id_, outs = second.create(PROVIDER, edge_fleet("abcd"))
    assert {key: job_ids(outs)[key] for key in "abc"} == first
    start().update(PROVIDER, id_, outs, edge_fleet("abcdef"))
    after = start().update(PROVIDER, id_, outs, edge_fleet("abcdefg"))
    assert {*job_ids(after).values()} | {*job_ids(other).values()} == there(local)
    assert local.mutations() == {"createJob": 10}


def test_a_job_that_edge_does_not_show_is_missing_and_not_complete(host: Host, local: Local) -> None:
    news = edge_fleet("ab")
    id_, outs = host.create(PROVIDER, news)
    jobs = {**outs["jobs"], "b": outs["jobs"]["b"].replace(job_ids(outs)["b"], GONE)}
    read = host.read(PROVIDER, id_, {**outs, "jobs": jobs})
    assert (read.outs["jobs"], read.outs["__open"], [*read.outs["__missing"]]) == (jobs, ["b"], ["b"])
    assert host.diff(PROVIDER, id_, read.outs, news)[0] is False
    # It is looked for again, and only then it is gone.
    later = host.read(PROVIDER, id_, {**read.outs, "__missing": {"b": "2026-01-01T00:00:00+00:00"}})
    assert later.outs["jobs"].keys() == {"a"}
    assert host.update(PROVIDER, id_, later.outs, news)["jobs"].keys() == {"a", "b"}
    # One that was seen complete stays.
    purged = host.read(PROVIDER, id_, {**outs, "jobs": jobs, "__open": ["a"]})
    assert (purged.outs["jobs"], purged.outs["__open"]) == (jobs, [])


def test_a_job_that_cannot_be_read_stays_and_keeps_nothing_from_the_others(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, edge_fleet("abc"))
    local.fault({"unreadable": [job_ids(outs)["b"]]}, times=10_000)
    read = host.read(PROVIDER, id_, outs)
    local.clear_faults()
    assert (read.outs["jobs"], read.outs["__open"]) == (outs["jobs"], ["b"])


def test_jobs_are_taken_over_and_stay(host: Host, local: Local, start: Start) -> None:
    local.behave(jobSeconds=60)
    made = job_ids(host.create(PROVIDER, {**edge_fleet("ab"), "__owner": "project/stack/other"})[1])
    other = start()
    news = edge_fleet("abc", adoptJobs={"a": made["a"], "b": GONE})
    assert other.check(PROVIDER, news) == {}
    id_, outs = other.create(PROVIDER, news)
    assert job_ids(outs)["a"] == made["a"]
    assert outs["undone"]["reasons"] == {"b": f"cannot be adopted: aiWARE does not show job {GONE}"}
    other.delete(PROVIDER, id_, outs)
    assert there(local) == {*made.values()}
    less = edge_fleet("a", adoptJobs={"a": made["a"]})
    less["template"] = {**ON_EDGE, "tasks": ON_EDGE["tasks"][:1], "routes": []}
    with pytest.raises(HostError, match="cannot be adopted: its engines are "):
        start().create(PROVIDER, less)


def test_without_markers_a_job_that_only_looks_like_an_entrys_stays(start: Start, local: Local) -> None:
    local.behave(jobSeconds=60)
    host = start(markers="false")
    local.fault({"dropResponse": True}, operation="createJob")
    id_, outs = host.create(PROVIDER, edge_fleet("ab", concurrency=1))
    assert outs["adoptedEntries"] == ["a"]
    host.delete(PROVIDER, id_, outs)
    assert there(local) == {job_ids(outs)["a"]}


# --- on other installations -----------------------------------------------------------------------------------------


@pytest.fixture
def edge() -> Iterator[OtherEdge]:
    with OtherEdge() as running:
        yield running


@pytest.fixture
def start_there(edge: OtherEdge) -> Iterator[Callable[[], Host]]:
    running: list[Host] = []

    def make() -> Host:
        running.append(Host(edge.config, {}))
        return running[-1]

    yield make
    for each in running:
        assert "Traceback" not in each.close()


ODD: dict[str, dict[str, Any]] = {
    "without configs, in the year one": {"lists_configs": False, "created": lambda _: YEAR_ONE, "page": 3},
    "ascending": {"ascending": True, "page": 3},
    "the same page always": {"page": 100, "ignores_offset": True, "lists_configs": False},
    "without a route for the status": {"missing": {"status": NO_ROUTE}},
    "without details": {"missing": {"detail": NO_ROUTE}, "bare_lists": True},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_nothing_runs_twice_whatever_the_installation_has(
    edge: OtherEdge, start_there: Callable[[], Host], odd: dict[str, Any]
) -> None:
    for name, value in odd.items():
        setattr(edge, name, value)
    edge.add(5, age=3600)
    edge.create_answers = [((502, "bad gateway"), True)]
    start_there().create(PROVIDER, edge_fleet("abc"))
    edge.add(5)
    host = start_there()
    id_, outs = host.create(PROVIDER, edge_fleet("abcd"))
    assert edge.count("POST /create") == len(outs["jobs"]) == 4
    assert host.read(PROVIDER, id_, outs).outs["__open"] == []


def test_jobs_that_the_state_holds_are_not_read_again_for_their_markers(
    edge: OtherEdge, start_there: Callable[[], Host]
) -> None:
    edge.lists_configs = False
    host = start_there()
    id_, outs = host.create(PROVIDER, edge_fleet("abcdef"))
    edge.add(2)
    before = edge.count("GET /detail")
    host.update(PROVIDER, id_, outs, edge_fleet("abcdefg"))
    assert edge.count("GET /detail") == before + 2


# --- check ----------------------------------------------------------------------------------------------------------


def edited(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    changed = copy.deepcopy(edge_fleet("abc"))
    edit(changed)
    return changed


@pytest.mark.parametrize(
    ("edit", "path", "says"),
    [
        (lambda f: f["template"].update(target={}), "template.target", "has no TDOs: leave it out"),
        (lambda f: f["template"].update(target={"name": "${media.url}"}), "template.target", "(all 3 entries)"),
        (lambda f: f["template"].update(targetId="tdo"), "template.targetId", "must be a number"),
        (lambda f: f["template"].update(name="${media}"), "template.name", "jobs have no names"),
        (lambda f: f["template"]["tasks"][0].update(buildId="1"), "template.tasks[0].buildId", "is of no use"),
        (lambda f: f.update(clusterId="rt-1"), "clusterId", "which has no clusters"),
        (lambda f: f.update(exports=[{"extension": "vtt"}], downloadTo="out"), "exports", "results_to instead"),
        (lambda f: f.update(downloadTo="out"), "downloadTo", "results_to instead"),
        (lambda f: f.update(onDestroy="pray"), "onDestroy", "'retain'"),
    ],
)
def test_what_edge_does_not_take(host: Host, edit: Callable[[dict[str, Any]], object], path: str, says: str) -> None:
    problems = host.check(PROVIDER, edited(edit))
    assert says in problems.get(path, ""), problems


def test_a_recording_of_the_cloud_may_be_named(host: Host, local: Local) -> None:
    news = edited(lambda f: f["template"].update(targetId="460907869"))
    assert host.check(PROVIDER, news) == {}
    assert engines.TRANSLATE_SPANISH_TO_ENGLISH in {task["engineId"] for task in ON_EDGE["tasks"]}
