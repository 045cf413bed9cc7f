"""Jobs checked against the engine catalogue, through the real provider host."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from aiware_resources import engines, pipelines
from aiware_resources.cluster import ClusterProvider
from aiware_resources.job import JobProvider, JobState
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.single_engine_job import SingleEngineJobProvider
from tests.support.host import UNKNOWN_VALUE, Host
from tests.support.local import Local

PROVIDER = JobProvider()
GRAPH = pipelines.transcription("https://media.test/a.mp4")
JOB: dict[str, Any] = {
    "__owner": "project/stack/transcription",
    **api_properties(JobState, {"tasks": list(GRAPH.tasks), "routes": list(GRAPH.routes), "target": {}}),
}
CHUNK_SIZE = "tasks[2].payload.customFFMPEGProperties.chunkSizeInSeconds"
Start = Callable[..., Host]


def edited(edit: Callable[[dict[str, Any]], object], **more: Any) -> dict[str, Any]:
    changed = {**copy.deepcopy(JOB), **more}
    edit(changed)
    return changed


def chunk(job: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = job["tasks"][2]["payload"]
    return payload


def new_cluster(local: Local, allowed: list[str], *, bypass: bool = False) -> str:
    made: str = local.graphql(
        'mutation($allowed: [String]!, $bypass: Boolean) { createCluster(input: {name: "c", allowedEngines: $allowed, '
        "bypassAllowedEngines: $bypass, dockerCredentials: {}}) { id } }",
        allowed=allowed,
        bypass=bypass,
    )["createCluster"]["id"]
    return made


@pytest.fixture
def start(local: Local) -> Iterator[Start]:
    """Starts provider hosts that know nothing yet; ``close`` of a host gives what it wrote."""
    running = []

    def make(**settings: str) -> Host:
        config = {"endpoint": f"{local.server.url}/v3/graphql", "token": local.token, "maxRetries": "0", **settings}
        host = Host({f"aiware:{key}": value for key, value in config.items()}, {})
        running.append(host)
        return host

    yield make
    for host in running:
        assert "Traceback" not in host.close()
    local.clear_faults()


@pytest.mark.parametrize(
    ("edit", "path", "says"),
    [
        (lambda job: chunk(job)["customFFMPEGProperties"].update(chunkSizeInSeconds="0"), CHUNK_SIZE, "give 1 or more"),
        (lambda job: chunk(job)["customFFMPEGProperties"].update(chunkSizeInSeconds=2.5), CHUNK_SIZE, "give 2 or 3"),
        (
            lambda job: chunk(job).update(ffmpegTemplate="vdeo"),
            "tasks[2].payload.ffmpegTemplate",
            "did you mean video?",
        ),
        (lambda job: job["tasks"][0].pop("payload"), "tasks[0].payload.url", "engine Webstream Adapter needs it"),
        (lambda job: job["tasks"][0]["payload"].update(url=5), "tasks[0].payload.url", "must be text"),
        (
            lambda job: job["tasks"][3].update(
                standbyTask={"engineId": engines.CHUNK, "payload": {"ffmpegTemplate": 1}}
            ),
            "tasks[3].standbyTask.payload.ffmpegTemplate",
            "must be one of",
        ),
        (
            lambda job: job["tasks"][3].update(
                engineId=engines.GOOGLE_SPEECH_TO_TEXT, payload={"alternativeLanguageCodes": ["en", "xx"]}
            ),
            "tasks[3].payload.alternativeLanguageCodes[1]",
            "must be one of: en, es, fr, de",
        ),
        (
            lambda job: job["tasks"][3].update(engineId=engines.SPEECHMATICS_ENGLISH[:-1] + "6"),
            "tasks[3].engineId",
            f"did you mean {engines.SPEECHMATICS_ENGLISH}",
        ),
        (
            lambda job: job["tasks"][3].update(engineId="playback"),
            "tasks[3].engineId",
            f"did you mean {engines.PLAYBACK}",
        ),
        (lambda job: job["tasks"][3].update(engineId="zzz"), "tasks[3].engineId", "`aiware engines list`"),
        (lambda job: job.update(clusterId="rt-0"), "clusterId", "`aiware clusters list`"),
    ],
)
def test_what_does_not_suit(host: Host, edit: Callable[[dict[str, Any]], object], path: str, says: str) -> None:
    problems = host.check(PROVIDER, edited(edit))
    assert list(problems) == [path]
    assert says in problems[path]


def test_all_problems_are_told_at_once(host: Host) -> None:
    def spoil(job: dict[str, Any]) -> None:
        chunk(job)["ffmpegTemplate"] = "x"
        job["tasks"][0]["payload"] = {}
        job["tasks"][3]["engineId"] = "zzz"
        job["routes"].append(job["routes"][0])

    problems = host.check(PROVIDER, edited(spoil)).keys()
    wrong = {"routes[4]", "tasks[0].payload.url", "tasks[2].payload.ffmpegTemplate", "tasks[3].engineId"}
    assert problems == wrong


@pytest.mark.parametrize("payload", [None, {}, {"url": None}])
def test_an_adapter_reads_the_media_of_the_tdo(host: Host, payload: Any) -> None:
    job = edited(lambda job: job["tasks"][0].update(payload=payload))
    assert list(host.check(PROVIDER, job)) == ["tasks[0].payload.url"]
    del job["target"]
    assert host.check(PROVIDER, {**job, "targetId": "1"}) == {}
    with_media = {"assets": [{"assetType": "media", "uri": "https://media.test/a.mp4"}]}
    assert host.check(PROVIDER, {**job, "target": with_media}) == {}


@pytest.mark.parametrize("payload", [UNKNOWN_VALUE, {"ffmpegTemplate": UNKNOWN_VALUE}])
def test_what_is_not_known_yet_is_tolerated(host: Host, payload: Any) -> None:
    job = edited(lambda job: job["tasks"][2].update(payload=payload), clusterId=UNKNOWN_VALUE)
    assert host.check(PROVIDER, job) == {}
    assert host.check(PROVIDER, edited(lambda job: job["tasks"][2].update(engineId=UNKNOWN_VALUE))) == {}


def test_a_misspelled_key_is_a_warning(start: Start) -> None:
    host = start()
    assert host.check(PROVIDER, edited(lambda job: chunk(job).update(ffmpegTemplat="audio"))) == {}
    said = host.close()
    assert "warning: transcription: tasks[2].payload.ffmpegTemplat is not known to engine Chunk" in said
    assert "did you mean ffmpegTemplate?" in said


def test_four_hundred_jobs_cost_one_look_up(start: Start, local: Local) -> None:
    host, cluster = start(), new_cluster(local, ["all"])
    before = local.calls()
    with ThreadPoolExecutor(8) as pool:
        checks = pool.map(lambda n: host.check(PROVIDER, {**JOB, "name": str(n), "clusterId": cluster}), range(400))
        assert list(checks) == [{}] * 400
    after = local.calls()
    assert {name: after[name] - before.get(name, 0) for name in ("engines", "clusters")} == {
        "engines": 1,
        "clusters": 1,
    }


def test_no_catalogue_is_a_warning_once(start: Start, local: Local) -> None:
    host = start()
    local.fault({"status": 502}, operation="engines", times=9)
    spoilt = edited(lambda job: chunk(job).update(ffmpegTemplate="x"))
    before = local.http_requests()
    assert [host.check(PROVIDER, spoilt) for _ in range(3)] == [{}, {}, {}]
    assert local.http_requests() - before == 1
    assert host.close().count("could not be checked against the engine catalogue: Reading engines failed") == 1


def test_nothing_listens(start: Start) -> None:
    host = start(endpoint="http://127.0.0.1:9/v3/graphql")
    assert host.check(PROVIDER, edited(lambda job: job.update(clusterId="rt-1"))) == {}
    assert "cannot be reached" in host.close()


def test_it_can_be_turned_off(start: Start, local: Local) -> None:
    host = start(validateEngines="false")
    before = local.http_requests()
    assert host.check(PROVIDER, edited(lambda job: chunk(job).update(ffmpegTemplate="x"))) == {}
    assert local.http_requests() == before


@pytest.mark.parametrize(
    ("allowed", "bypass", "refused"),
    [
        ([engine for engine in engines.NAMES if engine != engines.CHUNK], False, ["tasks[2].engineId"]),
        ([engine for engine in engines.NAMES if engine != engines.CHUNK], True, []),
        (["all"], False, []),
        (list(engines.NAMES), False, []),
    ],
)
def test_engines_must_be_allowed_on_the_cluster(
    host: Host, local: Local, allowed: list[str], bypass: bool, refused: list[str]
) -> None:
    cluster = new_cluster(local, allowed, bypass=bypass)
    problems = host.check(PROVIDER, {**JOB, "clusterId": cluster})
    assert list(problems) == refused
    assert all(f"may not run on cluster {cluster}" in reason for reason in problems.values())


def test_what_the_program_allows_on_a_cluster_that_is_not_there_yet(host: Host) -> None:
    hidden = {"clusterId": UNKNOWN_VALUE, "__allowed": {"allowedEngines": list(engines.NAMES)}}
    job = {**JOB, **hidden}
    assert host.check(PROVIDER, job) == {}
    nothing = {"allowedEngines": [engines.PLAYBACK], "bypassAllowedEngines": False}
    problems = host.check(PROVIDER, {**job, "__allowed": nothing})
    assert list(problems) == [f"tasks[{index}].engineId" for index in (0, 2, 3, 4)]
    assert all("may not run on this program's cluster" in reason for reason in problems.values())
    assert host.check(PROVIDER, {**job, "__allowed": {**nothing, "bypassAllowedEngines": True}}) == {}
    single = {"engineId": engines.SPEECHMATICS_ENGLISH, "targetId": "1", **hidden, "__allowed": nothing}
    assert list(host.check(SingleEngineJobProvider(), single)) == ["engineId"]
    media = {"template": {"tasks": JOB["tasks"], "routes": JOB["routes"], "target": {}}, "media": {"a": {}}}
    fleet = host.check(JobFleetProvider(), {**media, **hidden, "__allowed": nothing})
    assert "template.tasks[0].engineId" in fleet


def test_what_the_program_makes_of_the_cluster_counts(host: Host, local: Local) -> None:
    cluster = new_cluster(local, [engines.PLAYBACK])
    olds = {"name": "c", "allowedEngines": [engines.PLAYBACK], "dockerCredentials": {}}
    host.diff(ClusterProvider(), cluster, olds, {**olds, "allowedEngines": list(engines.NAMES)})
    assert host.check(PROVIDER, {**JOB, "clusterId": cluster}) == {}
    host.diff(ClusterProvider(), cluster, olds, {**olds, "allowedEngines": UNKNOWN_VALUE})
    assert host.check(PROVIDER, {**JOB, "clusterId": cluster}) == {}
    host.diff(ClusterProvider(), cluster, olds, olds)
    assert "tasks[0].engineId" in host.check(PROVIDER, {**JOB, "clusterId": cluster})


def test_a_cluster_that_was_just_made_needs_no_look_up(start: Start, local: Local) -> None:
    host = start()
    cluster, _ = host.create(ClusterProvider(), {"name": "c", "allowedEngines": ["all"], "dockerCredentials": {}})
    before = local.calls()["clusters"]
    assert host.check(PROVIDER, {**JOB, "clusterId": cluster}) == {}
    assert local.calls()["clusters"] == before


def test_a_job_that_ran_outlives_its_engines(start: Start, local: Local) -> None:
    host = start()
    ran = edited(lambda job: job["tasks"][3].update(engineId="retired"), clusterId="rt-gone")
    before = local.http_requests()
    assert host.check(PROVIDER, ran, olds=ran) == {}
    assert host.check(PROVIDER, {**ran, "clusterId": "rt-new", "timeout": 5}, olds=ran) == {}
    assert host.check(PROVIDER, {**ran, "adopt": "24112609_abc"}) == {}
    assert local.http_requests() == before
    assert list(host.check(PROVIDER, {**ran, "triggers": 1}, olds=ran)) == ["tasks[3].engineId", "clusterId"]
    failed = {**ran, "failure": {"status": "failed"}}
    assert host.check(PROVIDER, ran, olds=failed) == {}
    assert "tasks[3].engineId" in host.check(PROVIDER, {**ran, "onFailure": "replace"}, olds=failed)
