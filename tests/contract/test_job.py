"""Jobs through the real provider host."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aiware_resources import engines, pipelines
from aiware_resources.cluster import ClusterProvider
from aiware_resources.job import JobProvider, JobState
from aiware_resources.reconcile import EntityProvider
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.temporal_data_object import TdoProvider
from tests.contract.test_cluster import FULL as CLUSTER
from tests.contract.test_tdo import FULL as TDO
from tests.support.host import MOVING, UNKNOWN_VALUE, Host, HostError, settled
from tests.support.local import Local

PROVIDER = JobProvider()
GRAPH = pipelines.transcription("https://media.test/a.mp4")
JOB: dict[str, Any] = {
    "__owner": "project/stack/job",
    **api_properties(JobState, {"tasks": list(GRAPH.tasks), "routes": list(GRAPH.routes), "target": {}}),
}
FAILING = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "noise"}, "failTimes": 1}}


def edited(edit: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    changed = copy.deepcopy(JOB)
    edit(changed)
    return changed


def test_a_job_round_trips(host: Host, local: Local) -> None:
    assert host.check(PROVIDER, JOB) == {}
    id_, outs = host.create(PROVIDER, JOB)
    assert outs["targetTdoId"] == local.only("jobs")["targetId"]
    # It is called as its resource, which is not recorded.
    assert local.only("jobs")["name"] == "job"
    assert "name" not in outs
    read = host.read(PROVIDER, id_, outs)
    assert settled(read.outs) == settled(outs)
    assert read.outs["__complete"] is True
    assert host.diff(PROVIDER, id_, read.outs, JOB) == (False, [], False)
    host.delete(PROVIDER, id_, read.outs)
    assert local.objects()["tdos"] == []
    host.delete(PROVIDER, id_, read.outs)


@pytest.mark.parametrize(
    ("edit", "replaces"),
    [
        (lambda job: job["tasks"][0]["payload"].update(url="b"), ["tasks"]),
        (lambda job: job["tasks"][3].update(engineId=engines.GOOGLE_SPEECH_TO_TEXT), ["tasks"]),
        (lambda job: job["routes"].pop(), ["routes"]),
        (lambda job: job.update(triggers=1), ["triggers"]),
        (lambda job: job.update(isReprocessJob=True), ["isReprocessJob"]),
        (lambda job: job["target"].update(name="n"), ["target"]),
        (lambda job: job["tasks"][0].update(executionPreferences={"maxRetries": 3}), []),
        (lambda job: job["tasks"][1]["executionPreferences"].update(priority=-5), []),
        (lambda job: job.update(clusterId="rt-2"), []),
        (lambda job: job.update(name="n", jobConfig={"a": 1}, retries=2, notificationUris=["https://x.test"]), []),
        (lambda job: job.update(onFailure="keep", allowFailure=True, timeout=1, wait=False), []),
    ],
)
def test_only_what_it_produces_re_runs_a_job(
    host: Host, edit: Callable[[dict[str, Any]], object], replaces: list[str]
) -> None:
    assert host.diff(PROVIDER, "1", JOB, edited(edit)) == (True, replaces, False)


def test_where_and_how_it_runs_is_recorded_without_a_call(host: Host, local: Local) -> None:
    cluster = local.graphql(
        'mutation { createCluster(input: {name: "c", allowedEngines: ["all"], dockerCredentials: {}}) { id } }'
    )["createCluster"]["id"]
    id_, outs = host.create(PROVIDER, {**JOB, "clusterId": cluster})
    assert outs["ranOn"] == cluster
    before = local.http_requests()
    updated = host.update(PROVIDER, id_, outs, {**JOB, "clusterId": "rt-other"})
    assert local.http_requests() == before
    assert (updated["clusterId"], updated["ranOn"]) == ("rt-other", cluster)


def test_a_failure_is_recorded_and_retried_in_place(host: Host, local: Local) -> None:
    local.behave(engines=FAILING)
    id_, outs = host.create(PROVIDER, JOB)
    read = host.read(PROVIDER, id_, outs)
    failure = read.outs["failure"]
    assert (failure["status"], failure["engine"]) == ("failed", engines.SPEECHMATICS_ENGLISH)
    assert (failure["reason"], failure["message"]) == ("invalid_data", "noise")
    assert read.inputs["failure"] == failure
    assert host.diff(PROVIDER, id_, read.outs, JOB) == (True, [], False)
    assert host.diff(PROVIDER, id_, read.outs, {**JOB, "onFailure": "keep"})[1] == []
    assert host.diff(PROVIDER, id_, read.outs, {**JOB, "onFailure": "replace"}) == (True, ["failure"], False)
    updated = host.update(PROVIDER, id_, {**read.outs, "__submitted": "2024-11-26T09:00:00+00:00"}, JOB)
    assert "failure" not in updated
    assert local.mutations()["retryJob"] == 1
    assert local.only("jobs")["status"] == "complete"
    assert settled(host.read(PROVIDER, id_, updated).outs) == settled({**outs, "__reruns": 1})
    # It runs again, so that it is not old enough to have been purged.
    assert updated["__submitted"] > "2025"


def test_a_failure_that_is_kept_now_stays_recorded(host: Host, local: Local) -> None:
    local.behave(engines=FAILING)
    id_, outs = host.create(PROVIDER, JOB)
    read = host.read(PROVIDER, id_, outs)
    updated = host.update(PROVIDER, id_, read.outs, {**JOB, "onFailure": "keep"})
    assert updated["failure"] == read.outs["failure"]
    assert "__reruns" not in updated
    assert "retryJob" not in local.mutations()
    assert host.diff(PROVIDER, id_, updated, {**JOB, "onFailure": "keep"}) == (False, [], False)
    # With another change of what has no effect on it, too.
    later = host.update(PROVIDER, id_, updated, {**JOB, "onFailure": "keep", "timeout": 5})
    assert later["failure"] == read.outs["failure"]


@pytest.mark.parametrize("seconds", [0, 300])
def test_a_job_that_somebody_else_has_started_again_is_another_run(host: Host, local: Local, seconds: int) -> None:
    """Or a run of the stack did, which was killed before its state was written."""
    local.behave(engines=FAILING)
    id_, outs = host.create(PROVIDER, JOB)
    failed = host.read(PROVIDER, id_, outs)
    local.behave(jobSeconds=seconds)
    local.graphql("mutation($id: ID!) { retryJob(id: $id) { id } }", id=id_)
    read = host.read(PROVIDER, id_, failed.outs)
    assert (read.outs.get("failure"), read.outs["__reruns"]) == (None, 1)
    assert "__reruns" not in read.inputs
    assert host.read(PROVIDER, id_, read.outs).outs["__reruns"] == 1


def test_a_failed_job_whose_cluster_has_changed_runs_again(host: Host) -> None:
    olds = {**JOB, "clusterId": "rt-1", "ranOn": "rt-1", "failure": {"status": "failed"}}
    assert host.diff(PROVIDER, "1", olds, {**JOB, "clusterId": "rt-1"}) == (True, [], False)
    assert host.diff(PROVIDER, "1", olds, {**JOB, "clusterId": "rt-2"}) == (True, ["failure"], False)


def test_a_cancelled_job_cannot_be_retried_so_it_runs_again(host: Host, local: Local) -> None:
    local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, JOB)
    local.graphql("mutation($id: ID!) { cancelJob(id: $id) { id } }", id=id_)
    read = host.read(PROVIDER, id_, outs)
    assert host.diff(PROVIDER, id_, read.outs, JOB) == (True, ["failure"], False)


def test_a_lost_retry_is_not_sent_twice(host: Host, local: Local) -> None:
    local.behave(engines=FAILING)
    id_, outs = host.create(PROVIDER, JOB)
    read = host.read(PROVIDER, id_, outs)
    local.fault({"dropResponse": True}, operation="retryJob")
    host.update(PROVIDER, id_, read.outs, JOB)
    assert local.mutations()["retryJob"] == 1


@pytest.mark.parametrize("action", [{"dropResponse": True}, {"refuse": True}, {"status": 502}, {"malformed": True}])
def test_a_lost_answer_makes_no_second_job(host: Host, local: Local, action: dict[str, Any]) -> None:
    local.fault(action, operation="createJob")
    id_, outs = host.create(PROVIDER, JOB)
    assert local.only("jobs")["id"] == id_
    assert local.only("tdos")["id"] == outs["targetTdoId"]


def test_a_limited_mutation_is_sent_again(host: Host, local: Local) -> None:
    local.fault({"status": 429, "retryAfter": 1}, operation="createJob")
    id_, _ = host.create(PROVIDER, JOB)
    assert local.only("jobs")["id"] == id_


def test_an_unfinished_job_is_cancelled_on_destroy(host: Host, local: Local) -> None:
    local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, {**JOB, "onDestroyTarget": "retain"})
    local.fault({"dropResponse": True}, operation="cancelJob")
    host.delete(PROVIDER, id_, outs)
    assert local.only("jobs")["status"] == "cancelled"
    assert (local.mutations()["cancelJob"], len(local.objects()["tdos"])) == (1, 1)


def test_a_retained_job_goes_on(host: Host, local: Local) -> None:
    local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, {**JOB, "onDestroy": "retain"})
    host.delete(PROVIDER, id_, outs)
    assert local.only("jobs")["status"] in {"pending", "queued", "running"}
    assert len(local.objects()["tdos"]) == 1


def test_a_job_without_its_own_tdo_is_gone(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, JOB)
    local.graphql("mutation($id: ID!) { deleteTDO(id: $id) { id } }", id=outs["targetTdoId"])
    assert host.read(PROVIDER, id_, outs).id == ""


GONE = "24112609_gonegonego"
LONG_AGO, NOT_LONG_AGO = "2024-11-26T09:00:00+00:00", (datetime.now(UTC) - timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    "facts",
    [
        {"__complete": True, "__submitted": NOT_LONG_AGO},
        {"__submitted": LONG_AGO},
        # As an earlier release has recorded it.
        {},
    ],
)
def test_a_purged_job_that_was_seen_complete_stays_while_its_tdo_is_there(
    host: Host, local: Local, facts: dict[str, Any]
) -> None:
    outs = settled(host.create(PROVIDER, JOB)[1]) | facts
    read = host.read(PROVIDER, GONE, outs)
    assert (read.id, read.outs["__complete"]) == (GONE, True)
    assert host.diff(PROVIDER, GONE, read.outs, JOB) == (False, [], False)
    assert not any(key in read.inputs for key in MOVING)
    assert host.read(PROVIDER, GONE, {**outs, "targetTdoId": "1"}).id == ""


def test_a_job_without_a_tdo_is_submitted_and_stays(host: Host, local: Local) -> None:
    training = pipelines.training(engines.SPEECHMATICS_ENGLISH, "5")
    job = {"__owner": "project/stack/training", **api_properties(JobState, {"tasks": list(training.tasks)})}
    assert host.check(PROVIDER, job) == {}
    id_, outs = host.create(PROVIDER, job)
    assert (local.only("jobs")["targetId"], local.objects()["tdos"]) == (None, [])
    read = host.read(PROVIDER, id_, outs)
    assert (read.outs["__complete"], "targetTdoId" in read.outs) == (True, False)
    assert host.diff(PROVIDER, id_, read.outs, job) == (False, [], False)
    # Its record was purged, which does not run it again.
    assert host.read(PROVIDER, GONE, {**read.outs, "__submitted": NOT_LONG_AGO}).id == GONE
    host.delete(PROVIDER, id_, read.outs)


def test_a_job_that_was_not_seen_complete_is_neither_done_nor_run_again_at_once(host: Host, local: Local) -> None:
    outs = {**host.create(PROVIDER, JOB)[1], "__submitted": NOT_LONG_AGO}
    read = host.read(PROVIDER, GONE, outs)
    assert (read.id, "__complete" in read.outs) == (GONE, False)
    assert host.diff(PROVIDER, GONE, read.outs, JOB) == (False, [], False)
    # It is looked for again, and only then it is gone.
    assert host.read(PROVIDER, GONE, {**read.outs, "__missing": NOT_LONG_AGO}).id == ""
    seen_complete = host.read(PROVIDER, GONE, {**read.outs, "__missing": NOT_LONG_AGO, "__complete": True})
    assert (seen_complete.id, "__missing" in seen_complete.outs) == (GONE, False)


def test_a_job_that_is_shown_again_is_not_missing_any_more(host: Host, local: Local) -> None:
    local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, JOB)
    read = host.read(PROVIDER, id_, {**outs, "__missing": NOT_LONG_AGO, "__complete": True})
    assert settled(read.outs) == settled(outs)
    assert not {"__missing", "__complete"} & read.outs.keys()
    assert read.outs["__submitted"] == outs["__submitted"]


@pytest.mark.parametrize(
    ("provider", "props"),
    [(PROVIDER, JOB), (ClusterProvider(), CLUSTER), (TdoProvider(), TDO)],
    ids=["job", "c", "tdo"],
)
def test_what_is_not_shown_just_after_its_creation_is_not_gone(
    start: Callable[..., Host], local: Local, provider: EntityProvider, props: dict[str, Any]
) -> None:
    host = start(notFoundGrace="60")
    local.fault({"lag": 0.5}, times=10_000)
    id_, outs = host.create(provider, props)
    assert host.read(provider, id_, outs).id == id_
    local.clear_faults()
    assert sum(local.mutations().values()) == 1


@pytest.mark.parametrize("policy", ["cancel", "retain"])
def test_a_job_that_is_not_shown_yet_is_cancelled_on_destroy(host: Host, local: Local, policy: str) -> None:
    local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, {**JOB, "onDestroy": policy, "onDestroyTarget": "retain"})
    local.fault({"lag": 60}, operation="job")
    host.delete(PROVIDER, id_, outs)
    assert (local.only("jobs")["status"] == "cancelled") == (policy == "cancel")


def test_a_job_that_was_seen_complete_and_is_gone_is_not_cancelled(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, JOB)
    seen = host.read(PROVIDER, id_, outs)
    local.fault({"lag": 60}, operation="job")
    host.delete(PROVIDER, id_, seen.outs)
    assert "cancelJob" not in local.mutations()


def test_adoption(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, JOB)
    adopted, adopting = host.create(PROVIDER, {**JOB, "adopt": id_})
    assert (adopted, adopting["adopted"]) == (id_, True)
    host.delete(PROVIDER, id_, adopting)
    assert len(local.objects()["tdos"]) == 1
    with pytest.raises(HostError, match="its engines are"):
        host.create(PROVIDER, edited(lambda job: job.update(tasks=job["tasks"][:1], adopt=id_)))
    with pytest.raises(HostError, match="it works on TDO"):
        host.create(PROVIDER, edited(lambda job: (job.pop("target"), job.update(targetId="1", adopt=id_))))
    with pytest.raises(HostError, match="has no job nothing"):
        host.create(PROVIDER, {**JOB, "adopt": "nothing"})
    assert outs["targetTdoId"]


def test_everything_may_be_unknown(host: Host) -> None:
    assert host.check(PROVIDER, {**JOB, "target": UNKNOWN_VALUE}) == {}
    assert host.check(PROVIDER, dict.fromkeys(("tasks", "routes", "targetId", "clusterId"), UNKNOWN_VALUE)) == {}
    assert host.check(PROVIDER, edited(lambda job: job["tasks"][3].update(ioFolders=UNKNOWN_VALUE))) == {}
    assert host.check(PROVIDER, edited(lambda job: job["tasks"][0]["payload"].update(url=UNKNOWN_VALUE))) == {}


@pytest.mark.parametrize(
    ("edit", "path", "says"),
    [
        (lambda job: job.update(tasks=[], routes=[]), "tasks", "at least one task"),
        (lambda job: job["tasks"][2]["ioFolders"][0].update(mode="block"), "tasks[2].ioFolders[0].mode", "'stream'"),
        (lambda job: job["tasks"][0].pop("engineId"), "tasks[0].engineId", "is missing"),
        (lambda job: job["tasks"][0].update(engineId=" "), "tasks[0].engineId", "is empty"),
        (lambda job: job.update(targetId="1"), "targetId", "not both"),
        (lambda job: job["target"].update(startDateTime=5, stopDateTime=4), "target.stopDateTime", "is earlier"),
        (lambda job: job["tasks"][0].update(color=1), "tasks[0].color", "is not known"),
        (lambda job: job.update(onFailure="pray"), "onFailure", "'replace'"),
    ],
)
def test_bad_input(host: Host, edit: Callable[[dict[str, Any]], object], path: str, says: str) -> None:
    problems = host.check(PROVIDER, edited(edit))
    assert list(problems) == [path]
    assert says in problems[path]


def test_numbers_in_payloads_stay_whole(host: Host, local: Local) -> None:
    host.create(PROVIDER, edited(lambda job: job["tasks"][0]["payload"].update(n=20, f=0.5)))
    payload = local.only("jobs")["tasks"]["records"][0]["payload"]
    assert repr((payload["n"], payload["f"])) == "(20, 0.5)"
