"""Every operation that both of aiWARE's APIs have, against both: the same calls, the same records, the same errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from aiware_resources import engines, errors
from aiware_resources.api import Api
from aiware_resources.api.records import JobRecord
from aiware_resources.api.statuses import JOB_DONE
from aiware_resources.job import JobProvider
from tests.contract.apis import ENGINES, KINDS, URL, Ground, Kind
from tests.support.local import Local

UNKNOWN = "e1484460-7cb5-4cab-87ea-436c4768904f"
"""No id of anything, in the form that both APIs take."""

FAILING = {engines.TRANSLATE_SPANISH_TO_ENGLISH: {"fail": {"reason": "internal_error", "message": "no Spanish in it"}}}


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, local: Local) -> Iterator[Ground]:
    kind: Kind = request.param
    made = Ground(kind, local)
    yield made
    made.close()


def finished(api: Api, job_id: str) -> JobRecord:
    """Waits for a job."""
    deadline = time.monotonic() + 100
    while (job := api.jobs([job_id])[job_id]).status not in JOB_DONE:
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
    return job


# --- one check for each operation -------------------------------------------------------------------------------------


def create_job(ground: Ground) -> None:
    made = ground.api().create_job(ground.input(), owner="project/stack/job")
    seen = ground.api().jobs([made.id])
    assert list(seen) == [made.id]
    assert seen[made.id].status in {"pending", "queued", "running", "complete"}
    assert len(ground.local.objects()["jobs"]) == 1


def jobs(ground: Ground) -> None:
    api = ground.api()
    ids = [api.create_job(ground.input(), owner=f"job {number}").id for number in range(3)]
    found = api.jobs([ids[2], UNKNOWN, ids[0], ids[2]])
    assert list(found) == [ids[2], ids[0]]
    for id_ in ids:
        job = finished(api, id_)
        assert (job.status, [task.status for task in job.tasks]) == ("complete", ["complete"] * 2)
        assert job.target_id is not None
    ground.local.behave(engines=FAILING)
    failed = finished(api, api.create_job(ground.input()).id)
    (task,) = (task for task in failed.tasks if task.status == "failed")
    assert failed.status == "failed"
    assert (task.engine_id, task.failure_reason, task.failure_message) == (
        ENGINES[0],
        "internal_error",
        "no Spanish in it",
    )


def job_details(ground: Ground) -> None:
    api = ground.api()
    id_ = api.create_job(ground.input(jobConfig={"pulumiMarker": "0123", "n": [1, 2]})).id
    finished(api, id_)
    job = api.job_details(id_)
    assert (job.id, job.status, job.job_config) == (id_, "complete", {"pulumiMarker": "0123", "n": [1, 2]})
    assert [task.engine_id for task in job.tasks] == ENGINES
    assert [task.payload or {} for task in job.tasks] == [{"url": URL}, {}]
    folders = [[(folder.mode, folder.type) for folder in task.io_folders] for task in job.tasks]
    assert folders == [[("chunk", "output")], [("chunk", "input")]]
    (route,) = job.routes
    ends = [job.tasks[0].io_folders[0].reference_id, job.tasks[1].io_folders[0].reference_id]
    assert [route.parent_io_folder_reference_id, route.child_io_folder_reference_id] == ends
    assert job.created_date_time is not None
    assert abs(job.created_date_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert job.tasks[0].completed_date_time is not None
    with pytest.raises(errors.NotFound):
        api.job_details(UNKNOWN)


def jobs_created_since(ground: Ground) -> None:
    api = ground.api()
    ids = [api.create_job(ground.input(jobConfig={"number": number})).id for number in range(12)]
    now = datetime.now(UTC)
    found = list(api.jobs_created_since(now - timedelta(minutes=5)))
    assert [job.id for job in found] == ids[::-1]
    assert [job.job_config["number"] for job in found] == list(range(12))[::-1]
    assert [task.payload for task in found[0].tasks][:1] == [{"url": URL}]
    target_id = finished(api, ids[3]).target_id
    assert [job.id for job in api.jobs_created_since(now - timedelta(minutes=5), target_id=target_id)] == [ids[3]]
    assert list(api.jobs_created_since(now + timedelta(minutes=5))) == []


def find_jobs(ground: Ground) -> None:
    api = ground.api()
    done = api.create_job(ground.input()).id
    finished(api, done)
    ground.local.behave(jobSeconds=60)
    running = api.create_job(ground.input()).id
    assert [job.id for job in api.find_jobs()] == [running, done]
    assert [job.id for job in api.find_jobs(statuses=["complete"])] == [done]
    assert [job.id for job in api.find_jobs(statuses=["pending", "queued", "running"])] == [running]
    assert len(list(api.find_jobs(engine_id=ENGINES[0]))) == 2
    assert list(api.find_jobs(engine_id=engines.CHUNK)) == []
    assert list(api.find_jobs(since=datetime.now(UTC) + timedelta(minutes=5))) == []


def cancel_job(ground: Ground) -> None:
    ground.local.behave(jobSeconds=60)
    api = ground.api()
    id_ = api.create_job(ground.input()).id
    api.cancel_job(id_)
    ended = api.jobs([id_]).get(id_)
    assert ended is None or ended.status == "cancelled"
    with pytest.raises(errors.NotFound):
        api.cancel_job(UNKNOWN)


def has_target(ground: Ground) -> None:
    api = ground.api()
    job = finished(api, api.create_job(ground.input()).id)
    assert api.has_target(job.target_id) is (ground.kind == "cloud")
    assert not api.has_target("1")
    assert not api.has_target(None)


def engine_results(ground: Ground) -> None:
    api = ground.api()
    id_ = api.create_job(ground.input()).id
    finished(api, id_)
    (result,) = api.engine_results(job_id=id_)
    assert result.engine_id == ENGINES[0]
    assert result.jsondata["sourceEngineId"] == ENGINES[0]
    assert result.jsondata["object"][0]["language"] == "en"
    with pytest.raises(errors.NotFound):
        api.engine_results(job_id=UNKNOWN)


def engines_(ground: Ground) -> None:
    found = ground.api().engines([ENGINES[1], UNKNOWN, ENGINES[0], ENGINES[0], "insert-into-nothing"])
    assert list(found) == [ENGINES[1], ENGINES[0]]
    assert found[ENGINES[0]].name == "Translation - Spanish to English"
    speech = ground.api().engines([engines.SPEECHMATICS_ENGLISH])[engines.SPEECHMATICS_ENGLISH]
    assert {"diarise", "language"} & {field.name for field in speech.fields}


def find_engines(ground: Ground) -> None:
    api = ground.api()
    everything = [engine.id for engine in api.find_engines()]
    assert len(everything) == len(set(everything)) > 10
    assert [engine.id for engine in api.find_engines(name="spanish to english")] == [ENGINES[0]]
    assert ENGINES[0] in [engine.id for engine in api.find_engines(category="Translate")]
    assert engines.CHUNK not in [engine.id for engine in api.find_engines(category="Translate")]
    assert list(api.find_engines(name="no engine is called so")) == []


def engine_categories(ground: Ground) -> None:
    api = ground.api()
    found = {category.name: category for category in api.engine_categories()}
    assert found["Translate"].id == "3b2b2ff8-44aa-4db4-9b71-ff96c3bf5923"
    assert list(api.engine_categories("NoSuchType")) == []


def me(ground: Ground) -> None:
    user = ground.api(ground.with_password).me()
    assert user.name == ground.local.credentials["userName"]
    with suppress(errors.NotFound):
        # Whether a user stands behind an API key, an API may tell or not.
        assert ground.api().me().name
    with pytest.raises(errors.AuthenticationFailed) as caught:
        ground.api({**ground.config, "aiware:token": "wrong-token"}).me()
    assert "wrong-token" not in str(caught.value)


def token_for(ground: Ground) -> None:
    api = ground.api()
    assert api.token_for(f"{ground.local.server.url}/anything") == SecretStr(ground.local.token)
    assert api.token_for("https://elsewhere.test/anything") is None


CHECKS: dict[str, Callable[[Ground], None]] = {
    check.__name__.rstrip("_"): check
    for check in (
        create_job,
        jobs,
        job_details,
        jobs_created_since,
        find_jobs,
        cancel_job,
        has_target,
        engine_results,
        engines_,
        find_engines,
        engine_categories,
        me,
        token_for,
    )
}


@pytest.mark.parametrize("operation", CHECKS)
def test_an_operation(ground: Ground, operation: str) -> None:
    CHECKS[operation](ground)


def test_every_operation_that_both_have_is_checked() -> None:
    assert set(CHECKS) == Api.__abstractmethods__ - {"url", "close"}


# --- faults -----------------------------------------------------------------------------------------------------------

PASSING: list[dict[str, Any]] = [
    {"status": 429, "retryAfter": 1},
    {"status": 502},
    {"status": 503, "retryAfter": 1},
    {"graphqlError": "internal_error"},
    {"dropResponse": True},
    {"refuse": True},
    {"malformed": True},
]
READS: dict[str, Callable[[Api, str], object]] = {
    "details": lambda api, id_: api.job_details(id_),
    "list": lambda api, id_: next(iter(api.find_jobs())),
    "results": lambda api, id_: api.engine_results(job_id=id_),
    "engines": lambda api, id_: api.engines(ENGINES),
}


@pytest.mark.parametrize("action", PASSING, ids=str)
def test_a_read_gets_over_passing_faults(ground: Ground, action: dict[str, Any]) -> None:
    api = ground.api()
    id_ = api.create_job(ground.input()).id
    ground.fault(action, "look")
    assert list(api.jobs([id_])) == [id_]


@pytest.mark.parametrize("operation", READS)
def test_every_read_gets_over_a_lost_answer(ground: Ground, operation: str) -> None:
    api = ground.api()
    id_ = api.create_job(ground.input()).id
    ground.fault({"dropResponse": True}, operation)
    assert READS[operation](api, id_)
    assert ground.local.faults() == []


def test_a_limited_creation_is_sent_again(ground: Ground) -> None:
    ground.fault({"status": 429, "retryAfter": 1}, "create")
    made = ground.api().create_job(ground.input())
    assert (len(ground.local.objects()["jobs"]), ground.calls("create")) == (1, 1)
    assert list(ground.api().jobs([made.id])) == [made.id]


@pytest.mark.parametrize(
    "action",
    [
        {"dropResponse": True},
        {"refuse": True},
        {"status": 502},
        {"status": 503},
        {"malformed": True},
        {"graphqlError": "service_failure"},
    ],
    ids=str,
)
def test_a_creation_whose_answer_is_lost_is_found_by_looking(ground: Ground, action: dict[str, Any]) -> None:
    api, begun = ground.api(), datetime.now(UTC) - timedelta(minutes=5)
    ground.fault(action, "create")
    with pytest.raises(errors.AnswerLost, match="createJob was sent"):
        api.create_job(ground.input(jobConfig={"pulumiMarker": "0123"}))
    there = len(ground.local.objects()["jobs"])
    assert there <= 1
    found = list(api.jobs_created_since(begun))
    assert [job.job_config for job in found] == [{"pulumiMarker": "0123"}] * there


def test_a_session_that_expires_costs_one_login(ground: Ground) -> None:
    api = ground.api(ground.with_password)
    id_ = api.create_job(ground.input()).id
    before = ground.calls("login")
    ground.local.expire_tokens()
    assert list(api.jobs([id_])) == [id_]
    assert list(api.jobs([id_])) == [id_]
    assert ground.calls("login") == before + 1


def test_a_refused_login_names_what_to_check(ground: Ground) -> None:
    wrong = {**ground.config, "aiware:username": "nobody@example.com", "aiware:password": "wrong-password"}
    with pytest.raises(errors.AuthenticationFailed, match=r"refused the login of nobody@example\.com") as caught:
        ground.api(wrong).engines(ENGINES)
    assert "aiware:username and aiware:password" in str(caught.value)
    assert "wrong-password" not in str(caught.value)


# --- what they share --------------------------------------------------------------------------------------------------


def test_a_job_made_through_one_is_a_job_of_the_other(local: Local) -> None:
    cloud, edge = Ground("cloud", local), Ground("edge", local)
    by_cloud = cloud.api().create_job(cloud.input(jobConfig={"by": "cloud"})).id
    by_edge = edge.api().create_job(edge.input(jobConfig={"by": "edge"})).id
    since = datetime.now(UTC) - timedelta(minutes=5)
    for ground in (cloud, edge):
        assert [job.job_config["by"] for job in ground.api().jobs_created_since(since)] == ["edge", "cloud"]
    edge.api().delete_job(by_edge)
    assert [job.id for job in cloud.api().find_jobs()] == [by_cloud]
    cloud.close()
    edge.close()


def test_a_job_of_somebody_else_is_read_and_left(ground: Ground) -> None:
    id_ = ground.api().create_job(ground.input()).id
    before = finished(ground.api(), id_)
    provider = JobProvider().with_settings(ground.settings())
    read = provider.read(id_, {"__read": "asked"})
    assert read.outs is not None
    assert (read.id, read.outs["targetId"], read.outs["__read"]) == (id_, before.target_id, "found")
    with pytest.raises(errors.NotFound, match=f"aiWARE has no job {UNKNOWN}"):
        provider.read(UNKNOWN, {"__read": "asked"})
    assert finished(ground.api(), id_) == before
