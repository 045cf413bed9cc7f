"""Single-engine jobs through the real provider host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.single_engine_job import SingleEngineJobProvider
from tests.support.host import UNKNOWN_VALUE, Host, HostError, settled
from tests.support.local import Local

PROVIDER = SingleEngineJobProvider()
URL = "https://media.test/a.mp4"
JOB: dict[str, Any] = {
    "__owner": "project/stack/job",
    "engineId": engines.SPEECHMATICS_ENGLISH,
    "uploadUrl": URL,
    "fields": {"diarise": True},
}
FAILING = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "noise"}, "failTimes": 1}}


@pytest.fixture
def tdo(local: Local) -> str:
    made: str = local.graphql(
        "mutation { createTDO(input: {startDateTime: 1574311000, stopDateTime: 1574315000}) { id } }"
    )["createTDO"]["id"]
    return made


def new_cluster(local: Local) -> str:
    made: str = local.graphql(
        'mutation { createCluster(input: {name: "c", allowedEngines: ["all"], dockerCredentials: {}}) { id } }'
    )["createCluster"]["id"]
    return made


def with_(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in (JOB | changes).items() if value is not None}


def test_a_job_on_a_new_file_round_trips(host: Host, local: Local) -> None:
    assert host.check(PROVIDER, JOB) == {}
    id_, outs = host.create(PROVIDER, JOB)
    job = local.only("jobs")
    assert (job["id"], job["targetId"], job["status"]) == (id_, outs["targetTdoId"], "complete")
    engine = next(task for task in job["tasks"]["records"] if task["engineId"] == engines.SPEECHMATICS_ENGLISH)
    assert engine["payload"] == {"diarise": "true"}
    assert local.mutations() == {"launchSingleEngineJob": 1, "updateTDO": 1}
    read = host.read(PROVIDER, id_, outs)
    assert settled(read.outs) == settled(outs)
    assert read.outs["__complete"] is True
    assert host.diff(PROVIDER, id_, read.outs, JOB) == (False, [], False)
    host.delete(PROVIDER, id_, read.outs)
    assert local.objects()["tdos"] == []


def test_a_job_on_an_existing_tdo_leaves_it_alone(host: Host, local: Local, tdo: str) -> None:
    props = with_(uploadUrl=None, targetId=tdo)
    id_, outs = host.create(PROVIDER, props)
    assert "targetTdoId" not in outs
    assert local.only("jobs")["targetId"] == tdo
    host.delete(PROVIDER, id_, outs)
    assert local.only("tdos")["id"] == tdo


def test_where_it_runs_reaches_the_template_as_text(host: Host, local: Local) -> None:
    cluster = new_cluster(local)
    _, outs = host.create(PROVIDER, with_(clusterId=cluster, priority=-7))
    job = local.only("jobs")
    assert (job["clusterId"], outs["ranOn"]) == (cluster, cluster)
    engine = next(task for task in job["tasks"]["records"] if task["engineId"] == engines.SPEECHMATICS_ENGLISH)
    assert engine["payload"] == {"diarise": "true"}


@pytest.mark.parametrize(
    ("change", "changes", "replaces"),
    [
        ({"engineId": engines.GOOGLE_SPEECH_TO_TEXT}, True, ["engineId"]),
        ({"uploadUrl": "https://media.test/b.mp4"}, True, ["uploadUrl"]),
        ({"uploadUrl": None, "targetId": "1"}, True, ["targetId", "uploadUrl"]),
        ({"fields": {"diarise": False}}, True, ["fields"]),
        ({"fields": {"diarise": "true"}}, False, []),
        ({"triggers": 1}, True, ["triggers"]),
        ({"clusterId": "rt-2", "priority": 3, "notificationUri": "https://x.test"}, True, []),
        ({"onFailure": "keep", "allowFailure": True, "timeout": 1, "wait": False}, True, []),
    ],
)
def test_only_what_it_produces_re_runs_a_job(
    host: Host, change: dict[str, Any], changes: bool, replaces: list[str]
) -> None:
    assert host.diff(PROVIDER, "1", JOB, with_(**change)) == (changes, replaces, False)


def test_a_failure_is_recorded_and_retried_in_place(host: Host, local: Local) -> None:
    local.behave(engines=FAILING)
    id_, outs = host.create(PROVIDER, JOB)
    read = host.read(PROVIDER, id_, outs)
    assert read.outs["failure"]["message"] == "noise"
    assert host.diff(PROVIDER, id_, read.outs, JOB) == (True, [], False)
    updated = host.update(PROVIDER, id_, {**read.outs, "__submitted": "2024-11-26T09:00:00+00:00"}, JOB)
    assert local.mutations() == {"launchSingleEngineJob": 1, "updateTDO": 1, "retryJob": 1}
    assert settled(host.read(PROVIDER, id_, updated).outs) == settled({**outs, "__reruns": 1})
    # It runs again, so that it is not old enough to have been purged.
    assert updated["__submitted"] > "2025"


@pytest.mark.parametrize("action", [{"dropResponse": True}, {"refuse": True}, {"status": 502}, {"malformed": True}])
@pytest.mark.parametrize("on", ["file", "tdo", "cluster"])
def test_a_lost_answer_makes_no_second_job(host: Host, local: Local, tdo: str, action: dict[str, Any], on: str) -> None:
    places: dict[str, dict[str, Any]] = {"file": {}, "tdo": {"uploadUrl": None, "targetId": tdo}, "cluster": {}}
    props = with_(**places[on], **({"clusterId": new_cluster(local)} if on == "cluster" else {}))
    other, _ = host.create(PROVIDER, props)
    local.fault(action, operation="launchSingleEngineJob")
    id_, _ = host.create(PROVIDER, props)
    assert sorted(job["id"] for job in local.objects()["jobs"]) == sorted([other, id_])


def test_a_job_of_another_is_not_taken_after_a_lost_answer(host: Host, local: Local, tdo: str) -> None:
    launch = (
        "mutation($engine: ID!, $tdo: ID) { launchSingleEngineJob(input: {engineId: $engine, targetId: $tdo}) { id } }"
    )
    local.graphql(launch, engine=engines.GOOGLE_SPEECH_TO_TEXT, tdo=tdo)
    theirs = local.only("jobs")["id"]
    local.fault({"refuse": True}, operation="launchSingleEngineJob")
    id_, _ = host.create(PROVIDER, with_(uploadUrl=None, targetId=tdo))
    assert id_ != theirs


# --- runs that were killed before their state was written -------------------------------------------------------------

Start = Callable[..., Host]
PLACES: dict[str, Any] = {"file": lambda _: JOB, "tdo": lambda tdo: with_(uploadUrl=None, targetId=tdo)}


@pytest.mark.parametrize("on", PLACES)
def test_what_a_killed_run_has_launched_is_taken(start: Start, local: Local, tdo: str, on: str) -> None:
    props = PLACES[on](tdo)
    left, outs = start().create(PROVIDER, props)
    other, _ = start().create(PROVIDER, {**props, "__owner": "project/stack/other"})
    run = start()
    assert run.create(PROVIDER, props) == (
        left,
        outs | {"__submitted": run.read(PROVIDER, left, outs).outs["__submitted"]},
    )
    assert "adopted" not in outs
    # With another trigger it is to run again, and so it is when it goes back to the first one.
    again = [start().create(PROVIDER, {**props, **more})[0] for more in ({"triggers": 1}, {})]
    assert len({left, other, *again}) == len(local.objects()["jobs"]) == 4


@pytest.mark.parametrize("on", PLACES)
def test_what_a_killed_run_has_replaced_it_with_is_taken(start: Start, local: Local, tdo: str, on: str) -> None:
    props = PLACES[on](tdo)
    recorded, outs = start().create(PROVIDER, props)
    left, _ = start().create(PROVIDER, {**props, "triggers": 1})
    run = start()
    assert run.read(PROVIDER, recorded, outs).id == recorded
    assert run.create(PROVIDER, {**props, "triggers": 1})[0] == left != recorded
    assert local.mutations()["launchSingleEngineJob"] == 2


@pytest.mark.parametrize("on", PLACES)
@pytest.mark.parametrize("policy", ["retain", "cancel"])
def test_a_job_that_a_destroy_left_is_not_taken(start: Start, local: Local, tdo: str, on: str, policy: str) -> None:
    props = {**PLACES[on](tdo), "onDestroy": policy}
    run = start()
    id_, outs = run.create(PROVIDER, props)
    run.delete(PROVIDER, id_, outs)
    assert start().create(PROVIDER, props)[0] != id_


@pytest.mark.parametrize("details", ["{camera: 1}", '"text"'])
def test_the_note_is_no_drift_and_leaves_the_rest(start: Start, local: Local, tdo: str, details: str) -> None:
    local.graphql(f"mutation($id: ID!) {{ updateTDO(input: {{id: $id, details: {details}}}) {{ id }} }}", id=tdo)
    start().create(PROVIDER, with_(uploadUrl=None, targetId=tdo))
    found = local.only("tdos")["details"]
    assert found == "text" or (found.pop("pulumiLaunched") and found == {"camera": 1})


@pytest.mark.parametrize("settings", [{}, {"markers": "false"}])
def test_without_a_note_another_one_is_launched(start: Start, local: Local, settings: dict[str, str]) -> None:
    local.fault({"graphqlError": "not_allowed"}, operation="updateTDO")
    assert start(**settings).create(PROVIDER, JOB)[0] != start(**settings).create(PROVIDER, JOB)[0]


def test_adopting(host: Host, local: Local) -> None:
    id_, _ = host.create(PROVIDER, JOB)
    taken, outs = host.create(PROVIDER, {**JOB, "adopt": id_})
    assert (taken, outs["adopted"]) == (id_, True)
    host.delete(PROVIDER, id_, outs)
    assert len(local.objects()["tdos"]) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"engineId": engines.GOOGLE_SPEECH_TO_TEXT}, "its engines are"),
        ({"uploadUrl": None, "targetId": "1"}, "the program names 1"),
        ({"uploadUrl": "https://media.test/other.mp4"}, "none of its tasks works on the file at uploadUrl"),
    ],
)
def test_another_job_is_not_adopted(host: Host, local: Local, change: dict[str, Any], says: str) -> None:
    id_, _ = host.create(PROVIDER, JOB)
    with pytest.raises(HostError, match=says):
        host.create(PROVIDER, with_(**change, adopt=id_))


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        ({"engineId": None}, "engineId", "is missing"),
        ({"targetId": "1"}, "targetId", "not both"),
        ({"uploadUrl": None}, "uploadUrl", "is missing"),
        ({"uploadUrl": ""}, "uploadUrl", "is empty"),
        ({"fields": {"clusterId": "rt-1"}}, "fields.clusterId", "an argument of its own"),
        ({"fields": {"libraryId": {"a": 1}}}, "fields.libraryId", "must be text, a number or a boolean"),
        ({"tasks": []}, "tasks", "is not known here"),
        ({"priority": "soon"}, "priority", "must be a whole number"),
        ({"fields": {"diarise": "perhaps"}}, "fields.diarise", "must be one of"),
        ({"engineId": "none", "fields": None}, "engineId", "aiWARE has no engine"),
        ({"clusterId": "rt-0"}, "clusterId", "aiWARE has no cluster"),
    ],
)
def test_bad_input(host: Host, change: dict[str, Any], path: str, says: str) -> None:
    problems = host.check(PROVIDER, with_(**change))
    assert list(problems) == [path]
    assert says in problems[path]


@pytest.mark.parametrize("key", ["engineId", "uploadUrl", "fields", "clusterId"])
def test_what_is_unknown_is_tolerated(host: Host, key: str) -> None:
    assert host.check(PROVIDER, with_(**{key: UNKNOWN_VALUE})) == {}


def test_an_engine_without_a_template_is_refused_with_the_servers_reason(host: Host, local: Local) -> None:
    with pytest.raises(HostError, match="no template"):
        host.create(PROVIDER, with_(engineId=engines.OUTPUT_WRITER))
    assert local.objects()["jobs"] == []
