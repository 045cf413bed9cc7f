"""The client against a running local aiWARE, faults included."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from aiware_local import launcher
from aiware_resources import errors
from aiware_resources.api.cloud import CloudApi
from aiware_resources.api.download import download
from aiware_resources.api.statuses import EXPORT_DONE, JOB_DONE
from aiware_resources.settings import Settings

ADAPTER, SPEECHMATICS = "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255", "c0e55cde-340b-44d7-bb42-2e0d65e98255"
CHUNK, WRITER = "8bdb0e3b-ff28-4f6e-a3ba-887bd06e6440", "8eccf9cc-6b6d-4d7d-8cb3-7ebf4950c5f3"
CLUSTER = {"name": "c", "allowedEngines": ["all"], "dockerCredentials": {}, "serviceToken": "sekrit-service-token"}
TDO = {"name": "r", "startDateTime": 1574311000, "stopDateTime": 1574315000}


def folder(reference: str, mode: str, direction: str) -> dict[str, str]:
    return {"referenceId": reference, "mode": mode, "type": direction}


def route(parent: str, child: str) -> dict[str, str]:
    return {"parentIoFolderReferenceId": parent, "childIoFolderReferenceId": child}


TASKS = [
    {
        "engineId": ADAPTER,
        "payload": {"url": "https://media.example/a.mp4"},
        "ioFolders": [folder("a", "stream", "output")],
    },
    {"engineId": CHUNK, "ioFolders": [folder("b", "stream", "input"), folder("c", "chunk", "output")]},
    {"engineId": SPEECHMATICS, "ioFolders": [folder("d", "chunk", "input"), folder("e", "chunk", "output")]},
    {"engineId": WRITER, "ioFolders": [folder("f", "chunk", "input")]},
]
JOB = {"tasks": TASKS, "routes": [route("a", "b"), route("c", "d"), route("e", "f")], "jobConfig": {"marker": "m"}}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launcher.LocalServer]:
    data = tmp_path_factory.mktemp("local-aiware")
    yield launcher.ensure_running(data=data, media_root=data)
    launcher.stop(data=data)


@pytest.fixture
def control(server: launcher.LocalServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, headers=server.control_headers, trust_env=False) as client:
        assert client.post("/_local/reset").is_success
        assert client.put("/_local/behaviour", json={"jobSeconds": 0.2, "exportSeconds": 0.05}).is_success
        yield client


@pytest.fixture
def settings(server: launcher.LocalServer, control: httpx.Client) -> Settings:
    return Settings(endpoint=server.graphql_url, token=SecretStr(server.token), poll_batch_size=3)


@pytest.fixture
def api(settings: Settings) -> Iterator[CloudApi]:
    made = CloudApi(settings, settings.resolve_endpoint())
    yield made
    made.close()


def fault(control: httpx.Client, operation: str, action: dict[str, Any], times: int = 1) -> None:
    body = {"match": {"operation": operation}, "action": action, "times": times}
    assert control.post("/_local/faults", json=body).is_success


def executed(control: httpx.Client, operation: str) -> int:
    return int(control.get("/_local/requests").json()["totals"].get(operation, 0))


def until(done: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it was not done in time"
        time.sleep(0.02)


def test_a_job_from_its_cluster_to_its_captions(api: CloudApi, settings: Settings, tmp_path: Path) -> None:
    since = datetime.now(UTC) - timedelta(seconds=1)
    cluster, tdo = api.create_cluster(CLUSTER), api.create_tdo(TDO)
    job = api.create_job({**JOB, "clusterId": cluster.id, "targetId": tdo.id})
    until(lambda: api.jobs([job.id])[job.id].status in JOB_DONE)
    details = api.job_details(job.id)
    assert (details.status, details.target_id, details.cluster_id) == ("complete", tdo.id, cluster.id)
    assert [task.engine_id for task in details.tasks] == [ADAPTER, CHUNK, SPEECHMATICS, WRITER]
    assert [found.id for found in api.jobs_created_since(since, cluster_id=cluster.id, target_id=tdo.id)] == [job.id]
    assert [found.id for found in api.tdos_created_since(since)] == [tdo.id]
    results = api.engine_results(tdo_id=tdo.id, engine_ids=[SPEECHMATICS])
    assert results[0].jsondata["series"]
    formats = [{"extension": "vtt"}]
    export = api.create_export_request(
        {"tdoData": [{"tdoId": tdo.id}], "outputConfigurations": [{"engineId": SPEECHMATICS, "formats": formats}]}
    )
    until(lambda: api.export_requests([export.id])[export.id].status in EXPORT_DONE)
    assert [found.id for found in api.exports_created_since(since)] == [export.id]
    uri = api.export_requests([export.id])[export.id].asset_uri
    assert uri is not None
    downloaded = download(settings, uri, tmp_path / "r.vtt")
    assert (tmp_path / "r.vtt").read_text().startswith("WEBVTT")
    assert downloaded.size == (tmp_path / "r.vtt").stat().st_size


def test_objects_that_are_gone(api: CloudApi) -> None:
    clusters = [api.create_cluster({**CLUSTER, "name": f"c{number}"}).id for number in range(4)]
    tdos = [api.create_tdo(TDO).id for _ in range(4)]
    api.delete_cluster(clusters[1])
    api.delete_tdo(tdos[2])
    assert set(api.clusters([*clusters, "rt-none"])) == {clusters[0], clusters[2], clusters[3]}
    assert set(api.tdos([*tdos, "1"])) == {tdos[0], tdos[1], tdos[3]}
    assert api.jobs(["none"]) == {}
    assert api.export_requests(["27eef8f5-9f6d-4cb8-a8ad-d8ebf617bd1c"]) == {}
    with pytest.raises(errors.NotFound):
        api.delete_cluster(clusters[1])
    with pytest.raises(errors.NotFound):
        api.delete_tdo(tdos[2])
    with pytest.raises(errors.NotFound):
        api.cancel_job("none")


def test_a_job_outlives_its_target(api: CloudApi) -> None:
    tdo = api.create_tdo(TDO).id
    job = api.create_job({**JOB, "targetId": tdo}).id
    api.cancel_job(job)
    api.delete_tdo(tdo)
    found = api.jobs([job])[job]
    assert (found.status, found.target_id, found.target) == ("cancelled", tdo, None)


def test_names_are_matched_exactly(api: CloudApi) -> None:
    wanted = api.create_cluster(CLUSTER).id
    api.create_cluster({**CLUSTER, "name": "C"})
    api.create_cluster({**CLUSTER, "name": "cc"})
    assert [cluster.id for cluster in api.clusters_named("c")] == [wanted]


def test_pages_and_batches_beyond_the_first(api: CloudApi) -> None:
    since = datetime.now(UTC) - timedelta(seconds=1)
    tdos = [api.create_tdo({**TDO, "name": str(number)}).id for number in range(31)]
    assert [found.id for found in api.tdos_created_since(since)] == tdos[::-1]
    assert list(api.tdos(tdos)) == tdos
    urls = [f"https://media.example/{number}.mp4" for number in range(65)]
    job = api.create_job(
        {"targetId": tdos[0], "tasks": [{"engineId": ADAPTER, "payload": {"url": url}} for url in urls]}
    )
    assert len(api.jobs([job.id])[job.id].tasks) == 65
    assert [task.payload["url"] for task in api.job_details(job.id).tasks] == urls


@pytest.mark.parametrize("action", [{"status": 429, "retryAfter": 1}, {"refuse": True}])
def test_a_mutation_that_was_turned_away(api: CloudApi, control: httpx.Client, action: dict[str, Any]) -> None:
    fault(control, "createTDO", action)
    if "refuse" in action:
        # A cut connection cannot be told from one that is cut after the mutation was applied.
        with pytest.raises(errors.AnswerLost):
            api.create_tdo(TDO)
    else:
        assert api.create_tdo(TDO).id
    assert len(control.get("/_local/objects").json()["tdos"]) == (0 if "refuse" in action else 1)


@pytest.mark.parametrize(
    "action", [{"dropResponse": True}, {"malformed": True}, {"status": 502}, {"graphqlError": "service_failure"}]
)
def test_a_mutation_whose_answer_is_lost_is_found_by_looking(
    api: CloudApi, control: httpx.Client, action: dict[str, Any]
) -> None:
    fault(control, "createCluster", action, times=5)
    with pytest.raises(errors.AnswerLost, match="createCluster was sent"):
        api.create_cluster(CLUSTER)
    live = {cluster["id"] for cluster in control.get("/_local/objects").json()["clusters"]}
    assert len(live) <= 1
    assert {cluster.id for cluster in api.clusters_named("c")} == live


@pytest.mark.parametrize(
    "action",
    [
        {"status": 429, "retryAfter": 1},
        {"status": 502},
        {"graphqlError": "internal_error"},
        {"dropResponse": True},
        {"refuse": True},
        {"malformed": True},
    ],
)
def test_a_read_gets_over_passing_faults(api: CloudApi, control: httpx.Client, action: dict[str, Any]) -> None:
    tdo = api.create_tdo(TDO).id
    fault(control, "temporalDataObject", action)
    assert set(api.tdos([tdo])) == {tdo}


def test_sessions_that_expire_cost_one_login(
    server: launcher.LocalServer, settings: Settings, control: httpx.Client
) -> None:
    known = json.loads((server.data / "credentials.json").read_text())
    user = Settings(endpoint=settings.endpoint, username=known["userName"], password=SecretStr(known["password"]))
    api = CloudApi(user, user.resolve_endpoint())
    tdo = api.create_tdo(TDO).id
    assert executed(control, "userLogin") == 1
    assert control.post("/_local/tokens/expire").is_success
    found: list[set[str]] = []
    threads = [threading.Thread(target=lambda: found.append(set(api.tdos([tdo])))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    api.close()
    assert found == [{tdo}] * 4
    assert executed(control, "userLogin") == 2


def test_oauth(server: launcher.LocalServer, settings: Settings) -> None:
    known = json.loads((server.data / "credentials.json").read_text())
    oauth = Settings(
        endpoint=settings.endpoint,
        oauth_client_id=known["oauthClientId"],
        oauth_client_secret=SecretStr(known["oauthClientSecret"]),
        oauth_refresh_token=SecretStr(known["oauthRefreshToken"]),
    )
    api = CloudApi(oauth, oauth.resolve_endpoint())
    assert api.me().name
    api.close()


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [
        ({"token": "wrong"}, "pulumi config set --secret aiware:token"),
        ({"username": "nobody@example.com", "password": "wrong-password"}, "refused the login of nobody@example.com"),
        (
            {"oauth_client_id": "x", "oauth_client_secret": "wrong-secret", "oauth_refresh_token": "wrong"},
            "refused the OAuth refresh token",
        ),
    ],
)
def test_wrong_credentials_say_what_to_do(settings: Settings, credentials: dict[str, str], expected: str) -> None:
    wrong = Settings.model_validate({"endpoint": settings.endpoint, **credentials})
    api = CloudApi(wrong, wrong.resolve_endpoint())
    with pytest.raises(errors.AuthenticationFailed) as caught:
        api.tdos(["1"])
    api.close()
    assert expected in str(caught.value)
    assert "wrong-" not in str(caught.value)


def test_a_wrong_path_is_explained(settings: Settings) -> None:
    wrong = settings.model_copy(update={"endpoint": settings.endpoint.replace("/v3/graphql", "/graphql")})
    api = CloudApi(wrong, wrong.resolve_endpoint())
    with pytest.raises(errors.WrongUrl, match="should look like"):
        api.tdos(["1"])
    api.close()
