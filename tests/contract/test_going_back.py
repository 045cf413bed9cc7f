"""Going back to an earlier declaration makes a new object; what an interrupted run left is taken still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiware_resources import JobTemplate, engines, media_value, pipelines
from aiware_resources.job import JobProvider
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.temporal_data_object import TdoProvider
from tests.contract.fleets import job_ids
from tests.support.host import Host
from tests.support.local import Local

Start = Callable[..., Host]

TDO: dict[str, Any] = {"__owner": "project/stack/tdo", "startDateTime": 1574311000, "stopDateTime": 1574315000}


@pytest.fixture
def tdo(start: Start) -> str:
    return start().create(TdoProvider(), TDO)[0]


def job(tdo: str, word: str, **more: Any) -> dict[str, Any]:
    task = {"engineId": engines.SPEECHMATICS_ENGLISH, "payload": {"url": f"https://media.test/{word}.mp4"}}
    return {"__owner": "project/stack/job", "tasks": [task], "targetId": tdo, **more}


def replaced(start: Start, id_: str, outs: dict[str, Any], news: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """A run that replaces the job."""
    run = start()
    read = run.read(JobProvider(), id_, outs)
    changes, replaces, _ = run.diff(JobProvider(), id_, read.outs, news)
    assert changes
    assert replaces
    made = run.create(JobProvider(), news)
    run.delete(JobProvider(), id_, read.outs)
    return made


def test_a_b_a_on_one_tdo(start: Start, local: Local, tdo: str) -> None:
    a = start().create(JobProvider(), job(tdo, "a"))
    b = replaced(start, *a, job(tdo, "b"))
    again = replaced(start, *b, job(tdo, "a"))
    assert len({a[0], b[0], again[0]}) == len(local.objects()["jobs"]) == 3


@pytest.mark.parametrize("places", [("one", "one", "one"), ("one", "two", "one")])
def test_triggers_1_2_1(start: Start, local: Local, tdo: str, places: tuple[str, str, str]) -> None:
    """Also where the job between ran on another cluster, and is not listed with the others."""
    clusters = {}
    for name in set(places):
        content = {"name": name, "allowedEngines": ["all"], "dockerCredentials": {}}
        mutation = "mutation($input: CreateCluster!) { createCluster(input: $input) { id } }"
        clusters[name] = local.graphql(mutation, input=content)["createCluster"]["id"]
    first, second, third = (clusters[place] for place in places)
    one = start().create(JobProvider(), job(tdo, "a", triggers=1, clusterId=first))
    two = replaced(start, *one, job(tdo, "a", triggers=2, clusterId=second))
    again = replaced(start, *two, job(tdo, "a", triggers=1, clusterId=third))
    assert len({one[0], two[0], again[0]}) == 3


def test_what_an_interrupted_replacement_left_is_taken(start: Start, local: Local, tdo: str) -> None:
    a, outs = start().create(JobProvider(), job(tdo, "a"))
    left, _ = start().create(JobProvider(), job(tdo, "b"))
    assert len(local.objects()["jobs"]) == 2
    taken, _ = replaced(start, a, outs, job(tdo, "b"))
    assert taken == left


def test_what_a_later_interrupted_run_has_superseded_is_not_taken(start: Start, local: Local, tdo: str) -> None:
    left = [start().create(JobProvider(), job(tdo, word))[0] for word in "aba"]
    assert len(set(left)) == 3


@pytest.mark.parametrize("policy", ["retain", "cancel"])
def test_a_job_that_a_destroy_left_on_a_tdo_is_not_taken(start: Start, local: Local, tdo: str, policy: str) -> None:
    made = set()
    for word in "aab":
        run = start()
        id_, outs = run.create(JobProvider(), job(tdo, word, onDestroy=policy))
        start().delete(JobProvider(), id_, outs)
        made.add(id_)
    assert len(made) == 3
    # What an interrupted run leaves after that is taken.
    left, _ = start().create(JobProvider(), job(tdo, "a"))
    assert left not in made
    assert start().create(JobProvider(), job(tdo, "a"))[0] == left


def test_what_is_noted_on_the_tdo_is_no_drift_and_leaves_the_rest(start: Start, local: Local, tdo: str) -> None:
    local.graphql("mutation($id: ID!) { updateTDO(input: {id: $id, details: {camera: 1}}) { id } }", id=tdo)
    run = start()
    id_, outs = run.create(JobProvider(), job(tdo, "a", onDestroy="retain"))
    run.delete(JobProvider(), id_, outs)
    details = local.only("tdos")["details"]
    assert details["camera"] == 1
    assert details.keys() == {"camera", "pulumiReleased"}
    assert [note.split(" ")[1] for note in details["pulumiReleased"].values()] == [id_]
    read = run.read(TdoProvider(), tdo, {**TDO, "details": {"camera": 1}})
    assert read.outs["details"] == {"camera": 1}


def test_a_tdo_that_may_not_be_written_to_does_not_keep_a_destroy_from_its_end(
    start: Start, local: Local, tdo: str
) -> None:
    run = start()
    id_, outs = run.create(JobProvider(), job(tdo, "a", onDestroy="retain"))
    local.fault({"graphqlError": "not_allowed"}, operation="updateTDO")
    run.delete(JobProvider(), id_, outs)
    assert local.only("tdos")["details"] != {}


def test_a_replaced_job_is_not_noted(start: Start, local: Local, tdo: str) -> None:
    a = start().create(JobProvider(), job(tdo, "a"))
    replaced(start, *a, job(tdo, "b"))
    assert "updateTDO" not in local.mutations()


# --- fleets -----------------------------------------------------------------------------------------------------------


def fleet(tdo: str, **words: str) -> dict[str, Any]:
    template = JobTemplate(dag=pipelines.translation(media_value("url")), target_id=tdo).properties
    media = {key: {"url": f"https://media.test/{word}.txt"} for key, word in words.items()}
    return {"__owner": "project/stack/fleet", "template": template, "media": media}


def updated(start: Start, outs: dict[str, Any], news: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
    """A run that updates the fleet; ``olds`` are its recorded inputs."""
    run = start()
    read = run.read(JobFleetProvider(), "project/stack/fleet", outs)
    recorded = {**read.outs, "media": olds["media"]}
    return run.update(JobFleetProvider(), "project/stack/fleet", recorded, news)


def test_entries_that_go_back_run_again(start: Start, local: Local, tdo: str) -> None:
    a, b = fleet(tdo, k="a"), fleet(tdo, k="b")
    _, first = start().create(JobFleetProvider(), a)
    second = updated(start, first, b, a)
    third = updated(start, second, a, b)
    assert len({job_ids(outs)["k"] for outs in (first, second, third)}) == len(local.objects()["jobs"]) == 3


def test_entries_that_were_removed_and_come_back_run_again(start: Start, local: Local, tdo: str) -> None:
    both, one = fleet(tdo, k="a", m="b"), fleet(tdo, m="b")
    _, first = start().create(JobFleetProvider(), both)
    second = updated(start, first, one, both)
    third = updated(start, second, both, one)
    assert job_ids(third)["k"] != job_ids(first)["k"]
    assert job_ids(third)["m"] == job_ids(first)["m"]
    run = start()
    run.delete(JobFleetProvider(), "project/stack/fleet", third)
    _, again = start().create(JobFleetProvider(), both)
    assert set(job_ids(again).values()).isdisjoint({*job_ids(first).values(), *job_ids(third).values()})


def test_what_an_interrupted_run_of_a_fleet_left_is_taken(start: Start, local: Local, tdo: str) -> None:
    a, b = fleet(tdo, k="a"), fleet(tdo, k="b")
    _, first = start().create(JobFleetProvider(), a)
    left = updated(start, first, b, a)
    taken = updated(start, first, b, a)
    assert job_ids(taken) == job_ids(left)
    assert len(local.objects()["jobs"]) == 2
