"""Jobs on aiWARE Edge through the real provider host, beside the same jobs in the cloud."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aiware_resources import engines
from aiware_resources.cluster import ClusterProvider
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider, JobState
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.single_engine_job import SingleEngineJobProvider
from aiware_resources.temporal_data_object import TdoProvider
from tests.contract.apis import ENGINES, KINDS, Ground
from tests.support import edge
from tests.support.edge_contract import request_problems
from tests.support.host import UNKNOWN_VALUE, Host, HostError, settled
from tests.support.local import Local

PROVIDER = JobProvider()
FAILING = {ENGINES[0]: {"fail": {"reason": "internal_error", "message": "no Spanish in it"}, "failTimes": 1}}


def started(ground: Ground, **more: str) -> Host:
    """A provider host of a stack that uses an API; with limits of its own, as on another machine."""
    config = ground.with_token | {f"aiware:{key}": value for key, value in more.items()}
    return Host(config, {})


@pytest.fixture(scope="module")
def hosts(shared_local: Local) -> Iterator[dict[str, Host]]:
    running: dict[str, Host] = {kind: started(Ground(kind, shared_local)) for kind in KINDS}
    yield running
    for host in running.values():
        assert "Traceback" not in host.close()


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, local: Local) -> Ground:
    return Ground(request.param, local)


@pytest.fixture
def edge_ground(local: Local) -> Ground:
    return Ground("edge", local)


@pytest.fixture
def host(hosts: dict[str, Host], request: pytest.FixtureRequest) -> Host:
    """The host of the API that the test is about; of Edge where it names none."""
    ground = request.getfixturevalue("ground") if "ground" in request.fixturenames else None
    return hosts[ground.kind if ground else "edge"]


# --- on both ----------------------------------------------------------------------------------------------------------


def test_a_job_round_trips(host: Host, ground: Ground) -> None:
    job = ground.job()
    assert host.check(PROVIDER, job) == {}
    id_, outs = host.create(PROVIDER, job)
    read = host.read(PROVIDER, id_, outs)
    assert (read.id, settled(read.outs)) == (id_, settled(outs))
    assert host.diff(PROVIDER, id_, read.outs, job) == (False, [], False)
    host.delete(PROVIDER, id_, read.outs)
    host.delete(PROVIDER, id_, read.outs)
    assert ground.calls("create") == 1


@pytest.mark.parametrize(
    "action",
    [{"dropResponse": True}, {"refuse": True}, {"status": 502}, {"status": 503, "retryAfter": 1}, {"malformed": True}],
    ids=str,
)
def test_a_lost_answer_makes_no_second_job(host: Host, ground: Ground, action: dict[str, Any]) -> None:
    ground.fault(action, "create")
    id_, outs = host.create(PROVIDER, ground.job())
    assert len(ground.local.objects()["jobs"]) == 1
    assert host.read(PROVIDER, id_, outs).id == id_


def test_two_equal_jobs_stay_two_though_answers_get_lost(host: Host, ground: Ground) -> None:
    ground.fault({"dropResponse": True}, "create", times=2)
    ids = {host.create(PROVIDER, ground.job(f"project/stack/{name}"))[0] for name in ("one", "other")}
    assert len(ids) == len(ground.local.objects()["jobs"]) == 2


def test_what_an_interrupted_run_has_made_is_taken(host: Host, ground: Ground) -> None:
    id_, _ = host.create(PROVIDER, ground.job())
    second = started(ground)
    assert second.create(PROVIDER, ground.job())[0] == id_
    assert second.create(PROVIDER, ground.job("project/stack/another"))[0] != id_
    second.close()
    assert len(ground.local.objects()["jobs"]) == 2


def test_a_login_serves_a_host_until_it_expires(ground: Ground) -> None:
    config = ground.with_password
    config.pop("aiware:organizationId", None)
    host = Host(config, {})
    before = ground.calls("login")
    id_, outs = host.create(PROVIDER, ground.job())
    ground.local.expire_tokens()
    assert settled(host.read(PROVIDER, id_, outs).outs) == settled(outs)
    assert settled(host.read(PROVIDER, id_, outs).outs) == settled(outs)
    errors = host.close()
    assert ground.calls("login") == before + 2
    assert config["aiware:password"] not in errors


def test_a_failure_is_recorded_and_answered(host: Host, ground: Ground) -> None:
    ground.local.behave(engines=FAILING)
    job = ground.job()
    id_, outs = host.create(PROVIDER, job)
    read = host.read(PROVIDER, id_, outs)
    failure = read.outs["failure"]
    assert (failure["status"], failure["engine"]) == ("failed", ENGINES[0])
    assert (failure["reason"], failure["message"]) == ("internal_error", "no Spanish in it")
    # In place where there is a call for it, as a new one where there is none.
    again = ["failure"] if ground.kind == "edge" else []
    assert host.diff(PROVIDER, id_, read.outs, job) == (True, again, False)
    assert host.diff(PROVIDER, id_, read.outs, {**job, "onFailure": "replace"}) == (True, ["failure"], False)
    assert host.diff(PROVIDER, id_, read.outs, {**job, "onFailure": "keep"})[1] == []


@pytest.mark.parametrize("policy", ["cancel", "retain"])
def test_destroying_an_unfinished_job(host: Host, ground: Ground, policy: str) -> None:
    ground.local.behave(jobSeconds=60)
    id_, outs = host.create(PROVIDER, ground.job(onDestroy=policy, onDestroyTarget="retain"))
    ground.fault({"dropResponse": True}, "end")
    host.delete(PROVIDER, id_, outs)
    left = [job["status"] for job in ground.local.objects()["jobs"]]
    if policy == "retain":
        assert left in (["pending"], ["queued"], ["running"])
    else:
        # Edge ends a job by deleting it.
        assert left == ([] if ground.kind == "edge" else ["cancelled"])
    # That a job of Edge is not shown says nothing: it is ended again, which does no harm.
    assert ground.calls("end") == (0 if policy == "retain" else 2 if ground.kind == "edge" else 1)


def test_a_finished_job_is_left_on_destroy(host: Host, ground: Ground) -> None:
    id_, outs = host.create(PROVIDER, ground.job(onDestroyTarget="retain"))
    host.delete(PROVIDER, id_, outs)
    assert [job["status"] for job in ground.local.objects()["jobs"]] == ["complete"]
    assert ground.calls("end") == 0


def test_adoption(host: Host, ground: Ground) -> None:
    made = started(ground)
    id_, _ = made.create(PROVIDER, ground.job())
    made.close()
    adopted, outs = host.create(PROVIDER, ground.job("project/stack/adopting", adopt=id_))
    assert (adopted, outs["adopted"]) == (id_, True)
    host.delete(PROVIDER, id_, outs)
    assert len(ground.local.objects()["jobs"]) == 1
    with pytest.raises(HostError, match="its engines are"):
        host.create(PROVIDER, ground.job(adopt=id_, tasks=ground.job()["tasks"][:1]))
    with pytest.raises(HostError, match="has no job e1484460"):
        host.create(PROVIDER, ground.job(adopt="e1484460-7cb5-4cab-87ea-436c4768904f"))


@pytest.mark.parametrize("unknown", ["tasks", "routes", "targetId", "onDestroy"])
def test_anything_may_be_unknown(host: Host, ground: Ground, unknown: str) -> None:
    job = {key: value for key, value in ground.job().items() if key != "target" or unknown != "targetId"}
    assert host.check(PROVIDER, {**job, unknown: UNKNOWN_VALUE}) == {}


def test_payloads_are_held_against_the_engines(host: Host, ground: Ground) -> None:
    job = copy.deepcopy(ground.job())
    job["tasks"][0]["engineId"] = "95c910f6-4a26-4b66-96cb-488befa86467"
    problems = host.check(PROVIDER, job)
    assert list(problems) == ["tasks[0].engineId"]
    assert f"did you mean {engines.TRANSLATE_SPANISH_TO_ENGLISH}" in problems["tasks[0].engineId"]


# --- on Edge alone ----------------------------------------------------------------------------------------------------


def test_the_translation_job_of_the_document(edge_ground: Ground) -> None:
    scope: dict[str, Any] = {"engines": engines}
    exec(edge.PROGRAM, scope)  # noqa: S102 - the very text that the end-to-end test runs
    declared = {"tasks": list(scope["graph"].tasks), "routes": list(scope["graph"].routes)}
    edge_ground.local.behave(recordRequests=True, jobSeconds=0)
    host = started(edge_ground, markers="false")
    host.create(PROVIDER, {"__owner": "project/stack/job", **api_properties(JobState, declared)})
    host.close()
    (request,) = edge_ground.local.requests("createJob")
    assert edge.named_by_place(request["body"]) == edge.golden()


def test_what_is_sent_fits_the_definition(edge_ground: Ground) -> None:
    preferences = {
        "maxRetries": 2,
        "maxEngines": 3,
        "parallelProcessing": True,
        "parentCompleteBeforeStarting": True,
        "priority": -5,
        "dueDateTime": "2026-11-24T12:00:00+01:00",
    }
    edge_ground.local.behave(recordRequests=True, jobSeconds=60)
    recording = edge_ground.local.graphql(
        "mutation { createTDO(input: {startDateTime: 1574311000, stopDateTime: 1574315000}) { id } }"
    )["createTDO"]["id"]
    job = edge_ground.job(targetId=recording, jobConfig={"a": 1}, status="pending")
    job["tasks"][0]["executionPreferences"] = preferences
    host = started(edge_ground)
    id_, outs = host.create(PROVIDER, job)
    host.delete(PROVIDER, id_, host.read(PROVIDER, id_, outs).outs)
    host.close()
    edge_ground.api().engine_results(job_id=edge_ground.api().create_job(edge_ground.input()).id)
    edge_ground.close()
    asked = [request for request in edge_ground.local.requests() if "/edge/" in request.get("path", "")]
    assert {"createJob", "deleteJob", "getJobStatus", "get_job_outputs"} <= {
        name for each in asked for name in each["fields"]
    }
    assert [(each["path"], problem) for each in asked for problem in request_problems(each)] == []


def test_a_job_that_was_deleted_is_gone(host: Host, edge_ground: Ground) -> None:
    id_, outs = host.create(PROVIDER, edge_ground.job())
    edge_ground.api().delete_job(id_)
    edge_ground.close()
    assert host.read(PROVIDER, id_, outs).id == ""
    host.delete(PROVIDER, id_, outs)


def test_a_job_that_was_seen_complete_counts_as_done_when_it_is_gone(host: Host, edge_ground: Ground) -> None:
    id_, outs = host.create(PROVIDER, edge_ground.job())
    seen = host.read(PROVIDER, id_, outs)
    edge_ground.api().delete_job(id_)
    edge_ground.close()
    gone = host.read(PROVIDER, id_, seen.outs)
    assert gone.id == id_
    assert host.diff(PROVIDER, id_, gone.outs, edge_ground.job()) == (False, [], False)


def test_a_finished_job_can_be_deleted(host: Host, edge_ground: Ground) -> None:
    id_, outs = host.create(PROVIDER, edge_ground.job(onDestroy="delete"))
    edge_ground.fault({"dropResponse": True}, "end")
    host.delete(PROVIDER, id_, outs)
    assert edge_ground.local.objects()["jobs"] == []
    assert edge_ground.calls("end") == 1


@pytest.mark.parametrize(
    ("missing", "asked"),
    [(["look"], "details"), (["look", "details"], "list"), (["look", "details", "list"], "results")],
    ids=lambda value: "-".join(value) if isinstance(value, list) else value,
)
def test_the_state_of_a_job_is_told_by_what_an_installation_has(
    host: Host, edge_ground: Ground, missing: list[str], asked: str
) -> None:
    id_, outs = host.create(PROVIDER, edge_ground.job())
    before = edge_ground.calls(asked)
    for operation in missing:
        edge_ground.fault({"status": 501}, operation, times=20)
    second = started(edge_ground)
    assert settled(second.read(PROVIDER, id_, outs).outs) == settled(outs)
    second.close()
    edge_ground.local.clear_faults()
    assert edge_ground.calls(asked) > before


def edited(edit: Callable[[dict[str, Any]], object], job: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(job)
    edit(changed)
    return changed


@pytest.mark.parametrize(
    ("edit", "path", "says"),
    [
        (lambda job: job.update(target={}), "target", "needs no target"),
        (lambda job: job.update(targetId="rec-1"), "targetId", "must be a number"),
        (lambda job: job.update(clusterId="rt-1"), "clusterId", "has no clusters"),
        (lambda job: job.update(name="n"), "name", "have no names"),
        (lambda job: job.update(status="cancelled"), "status", "must be one of aborted"),
        (lambda job: job.update(retries=2), "retries", "maxRetries"),
        (lambda job: job.update(isReprocessJob=True), "isReprocessJob", "stores no media"),
        (lambda job: job.update(notificationUris=["https://x.test"]), "notificationUris", "calls nobody"),
        (lambda job: job.update(scheduledJobId="1"), "scheduledJobId", "cannot schedule"),
        (lambda job: job.update(jobTemplateId="1"), "jobTemplateId", "give the tasks"),
        (lambda job: job.update(skipDecider=True), "skipDecider", "leave it out"),
        (lambda job: job.update(organizationId="1"), "organizationId", "aiware:organizationId"),
        (lambda job: job["tasks"][1].update(taskType="t"), "tasks[1].taskType", "give engineId"),
        (lambda job: job["tasks"][0].update(buildId="b"), "tasks[0].buildId", "one build"),
        (lambda job: job["tasks"][0].update(isClone=True), "tasks[0].isClone", "leave it out"),
        (lambda job: job["tasks"][0].update(testTask=True), "tasks[0].testTask", "leave it out"),
        (
            lambda job: job["tasks"][0].update(standbyTask={"engineId": ENGINES[0]}),
            "tasks[0].standbyTask",
            "maxRetries",
        ),
        (
            lambda job: (job["tasks"][0].pop("payload"), job["tasks"][0].update(payloadString="url=u")),
            "tasks[0].payloadString",
            "must be JSON text",
        ),
        (lambda job: job["routes"][0].update(options={"a": 1}), "routes[0].options", "have none"),
    ],
)
def test_what_edge_does_not_take_is_told_before_anything_is_sent(
    host: Host, edge_ground: Ground, edit: Callable[[dict[str, Any]], object], path: str, says: str
) -> None:
    problems = host.check(PROVIDER, edited(edit, edge_ground.job()))
    assert list(problems) == [path]
    assert says in problems[path]


def test_what_says_nothing_is_taken(host: Host, edge_ground: Ground) -> None:
    nothing: dict[str, Any] = {
        "retries": 0,
        "isReprocessJob": False,
        "notificationUris": [],
        "skipDecider": False,
        "targetId": "42",
    }
    assert host.check(PROVIDER, edge_ground.job(**nothing)) == {}


@pytest.mark.parametrize(
    ("provider", "props", "says"),
    [
        (ClusterProvider(), {"name": "c", "allowedEngines": ["all"], "dockerCredentials": {}}, "has no clusters"),
        (TdoProvider(), {"startDateTime": 1, "stopDateTime": 2}, "a Job on Edge needs none"),
        (ExportProvider(), {"tdoData": [{"tdoId": "1"}]}, "results_to"),
        (SingleEngineJobProvider(), {"engineId": ENGINES[0], "uploadUrl": "https://x.test"}, "pipelines.translation"),
    ],
)
def test_what_edge_does_not_have_says_what_to_use(
    host: Host, local: Local, provider: Any, props: dict[str, Any], says: str
) -> None:
    before = local.http_requests()
    (reason,) = host.check(provider, {"__owner": "p/s/n", **props}).values()
    assert reason.startswith("aiWARE Edge ")
    assert says in reason
    assert local.http_requests() == before


def test_the_cloud_cannot_delete_a_job(hosts: dict[str, Host], local: Local) -> None:
    problems = hosts["cloud"].check(PROVIDER, Ground("cloud", local).job(onDestroy="delete"))
    assert list(problems) == ["onDestroy"]
    assert "has no call to delete a job. Give cancel" in problems["onDestroy"]
