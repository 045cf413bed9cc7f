"""The resources as a program sees them: a real local aiWARE, real providers, and a stand-in for the engine."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.dynamic import ConfigureRequest, ResourceProvider
from pulumi.dynamic.config import Config
from pulumi.runtime import rpc
from pulumi.runtime.proto import engine_pb2

from aiware_resources import Cluster, ExportRequest, Job, TemporalDataObject, engines, pipelines
from aiware_resources.api import close_connections, connect
from aiware_resources.cluster import ClusterProvider
from aiware_resources.export_request import ExportProvider
from aiware_resources.job import JobProvider
from aiware_resources.settings import Settings
from aiware_resources.temporal_data_object import TdoProvider
from aiware_resources.waiting import Monitor
from tests.support.engine import Engine, known, value
from tests.support.local import Local
from tests.support.waiting import become

PROVIDERS: dict[str, Callable[[], ResourceProvider]] = {
    "Cluster": ClusterProvider,
    "ExportRequest": ExportProvider,
    "Job": JobProvider,
    "TemporalDataObject": TdoProvider,
}
GRAPH = pipelines.transcription("https://media.test/a.mp4")
NOISE = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "noise"}}}


@pytest.fixture
def local(shared_local: Local, monkeypatch: pytest.MonkeyPatch) -> Iterator[Local]:
    """An empty local aiWARE, as the aiWARE of the program's stack."""
    shared_local.reset()
    shared_local.behave(jobSeconds=0, exportSeconds=0)
    monkeypatch.setenv("AIWARE_ENDPOINT", shared_local.server.graphql_url)
    monkeypatch.setenv("AIWARE_TOKEN", shared_local.token)
    monkeypatch.setenv("AIWARE_POLL_INTERVAL", "0.05")
    monkeypatch.setattr("aiware_resources.waiting.monitor.connect", connect)
    begun: list[Monitor] = []

    def begin() -> Monitor:
        begun.append(Monitor(Settings.from_pulumi()))
        return begun[-1]

    monkeypatch.setattr("aiware_resources.waiting.monitor._begun", begin)
    yield shared_local
    # A poll that is on its way would open a new connection.
    for monitor in begun:
        monitor.run.threads.shutdown()
        monitor.run.pollers.shutdown()
    close_connections()


def create(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    """Makes what a program declares, as the engine has its provider do it."""
    provider = PROVIDERS[args.typ.rpartition(":")[2]]()
    provider.configure(ConfigureRequest(Config({}, "project")))
    plain = {key: rpc.unwrap_rpc_secret(value) for key, value in args.inputs.items()}
    made = provider.create({**plain, "__provider": "pickled"})
    secrets = {key: value for key, value in args.inputs.items() if rpc.is_rpc_secret(value)}
    return made.id, {**(made.outs or {}), **secrets}


def yet_to_be_made(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
    """What a preview knows of an object that the update will make."""
    return None, {key: value for key, value in args.inputs.items() if value is not None}


def job(name: str = "job", **more: Any) -> Job:
    return Job(name, tasks=GRAPH.tasks, routes=GRAPH.routes, **({"target": {}} | more))


def captions(job: Job, **more: Any) -> ExportRequest:
    return ExportRequest(
        "captions",
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[
            {"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt", "options": {}}]}
        ],
        **more,
    )


async def test_a_job_tells_what_it_made(local: Local) -> None:
    Engine(create=create)
    local.behave(jobSeconds=0.5)
    made = job()
    assert await value(made.status) == "complete"
    assert await value(made.target_id) == local.only("tdos")["id"]
    tasks = await value(made.tasks)
    assert [(task["engineId"], task["status"]) for task in tasks] == [
        (engine, "complete")
        for engine in (
            engines.WEBSTREAM_ADAPTER,
            engines.PLAYBACK,
            engines.CHUNK,
            engines.SPEECHMATICS_ENGLISH,
            engines.OUTPUT_WRITER,
        )
    ]
    results = await value(made.results(engines.SPEECHMATICS_ENGLISH))
    assert {result["engineId"] for result in results} == {engines.SPEECHMATICS_ENGLISH}
    assert results[0]["jsondata"]["series"]
    assert await value(made.results("another engine")) == []
    assert len(await value(made.results())) >= len(results)


async def test_tasks_may_be_written_beside_a_graph(local: Local) -> None:
    Engine(create=create)
    beside: pulumi.Output[Any] = pulumi.Output.from_input([{"engine_id": engines.CHUNK_AGGREGATOR}])
    made = Job("job", dag=GRAPH, tasks=beside, target={}, wait=False)
    assert await value(made.id)
    submitted = [task["engineId"] for task in local.only("jobs")["tasks"]["records"]]
    expected = [*(str(task["engine_id"]) for task in GRAPH.tasks), engines.CHUNK_AGGREGATOR]
    assert sorted(submitted) == sorted(expected)


async def test_captions_are_downloaded_once(local: Local, tmp_path: Path) -> None:
    Engine(create=create)
    file = tmp_path / "new folder" / "captions.vtt"
    export = captions(job(), download_to=str(file))
    assert await value(export.path) == str(file)
    content = file.read_bytes()
    assert content.startswith(b"WEBVTT")
    assert await value(export.size) == len(content)
    assert await value(export.sha256) == hashlib.sha256(content).hexdigest()
    assert await value(export.status) in {"complete", "downloaded"}
    assert await export.asset_uri.is_secret()
    assert await value(export.urn)


async def test_without_a_destination_there_is_no_file(local: Local) -> None:
    Engine(create=create)
    export = captions(job())
    assert await value(export.asset_uri)
    assert [await value(output) for output in (export.path, export.size, export.sha256)] == [None, None, None]
    assert [await known(output) for output in (export.path, export.size, export.sha256)] == [True, True, True]


async def test_a_download_that_fails_fails_the_run(local: Local, tmp_path: Path) -> None:
    engine = Engine(create=create)
    (tmp_path / "file").write_text("in the way")
    export = captions(job(), download_to=str(tmp_path / "file" / "captions.vtt"))
    with pytest.raises(pulumi.RunError, match="captions failed"):
        await value(export.path)
    with pytest.raises(pulumi.RunError, match="captions failed"):
        await value(export.urn)
    (said,) = (request.message for request in engine.logged if request.severity == engine_pb2.ERROR)
    assert re.search(r"captions: .*captions\.vtt could not be written", said)
    assert await value(export.asset_uri)
    assert not any("expires=" in request.message or "signature" in request.message for request in engine.logged)


async def test_a_failed_job_fails_the_run_and_nothing_is_exported(local: Local) -> None:
    engine = Engine(create=create)
    local.behave(engines=NOISE)
    export = captions(job())
    with pytest.raises(pulumi.RunError, match="job failed"):
        await value(export.id)
    (said,) = (request.message for request in engine.logged if request.severity == engine_pb2.ERROR)
    assert "failed with invalid_data: noise" in said
    assert local.objects()["exports"] == []


async def test_an_allowed_failure_tells_its_status(local: Local) -> None:
    Engine(create=create)
    local.behave(engines=NOISE)
    allowed = job(allow_failure=True)
    assert await value(allowed.status) == "failed"
    assert [task["status"] for task in await value(allowed.tasks)].count("failed") == 1


async def test_a_purged_job_has_no_results_but_a_tdo(local: Local) -> None:
    def purged(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return "24112609_gonegonego", args.inputs

    Engine(create=purged)
    tdo = local.graphql("mutation { createTDO(input: {startDateTime: 1, stopDateTime: 2}) { id } }")["createTDO"]["id"]
    made = job(target_id=tdo, target=None)
    assert await value(made.target_id) == tdo
    assert (await value(made.status), await value(made.tasks)) == (None, None)


async def test_a_preview_of_what_is_yet_to_be_made_knows_what_the_program_says(local: Local, tmp_path: Path) -> None:
    Engine(preview=True, create=yet_to_be_made)
    own, given = job("own"), job("given", target_id="431011721", target=None)
    export = captions(given, download_to=str(tmp_path / "captions.vtt"))
    cluster = Cluster("cluster", name="nightly", allowed_engines=["all"])
    assert [await known(made.target_id) for made in (own, given)] == [False, True]
    assert await value(given.target_id) == "431011721"
    unknown = [own.status, own.tasks, own.results(), export.asset_uri, export.path, export.sha256, cluster.live_status]
    assert [await known(output) for output in unknown] == [False] * len(unknown)
    assert local.mutations() == {}


@pytest.mark.parametrize("there", [True, False])
async def test_a_preview_of_a_finished_export_shows_no_drift_without_its_file(
    local: Local, tmp_path: Path, there: bool
) -> None:
    file = tmp_path / "captions.vtt"
    Engine(create=create)
    done = captions(job(), download_to=str(file))
    recorded = {"captions": await value(done.id), "sha256": await value(done.sha256)}
    if not there:
        file.unlink()

    Engine(preview=True, create=lambda args: (recorded["captions"], args.inputs))
    export = ExportRequest("captions", tdo_data=[{"tdo_id": "1"}], download_to=str(file))
    assert await value(export.path) == str(file)
    assert await known(export.sha256) is there
    assert await value(export.sha256) == (recorded["sha256"] if there else None)
    assert file.exists() is there


async def test_a_cluster_is_awaited_until_it_is_of_use(local: Local) -> None:
    Engine(create=create)
    local.behave(clusterSeconds=0.5)
    cluster = Cluster("cluster", name="nightly", allowed_engines=["all"], service_token="sekrit", status="active")
    tdo = TemporalDataObject(
        "tdo", start_date_time=1574311000, stop_date_time=1574315000, opts=pulumi.ResourceOptions(depends_on=[cluster])
    )
    assert await value(tdo.id)
    assert local.only("clusters")["status"] not in {"pending", "deploying"}
    assert await value(cluster.live_status) == local.only("clusters")["status"]
    assert await cluster.service_token.is_secret()
    assert await cluster.docker_credentials.is_secret()


async def test_an_argument_that_was_not_given_is_an_output_of_nothing(local: Local) -> None:
    Engine(create=create)
    tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
    assert (await value(tdo.start_date_time), await value(tdo.description)) == (1574311000, None)
    with pytest.raises(AttributeError, match="TemporalDataObject has no attribute 'color'"):
        tdo.color  # noqa: B018 - asking is the test


async def test_a_look_costs_one_request_a_batch(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_POLL_BATCH_SIZE", "10")
    local.behave(jobSeconds=600)
    Engine(create=create)
    made = [job(f"job-{number}") for number in range(25)]
    ids = [await value(each.id) for each in made]
    assert len(set(ids)) == 25

    def asked() -> list[int]:
        """How many jobs each request asked about."""
        requests = json.loads(local.request_log())["requests"]
        return [request["fields"]["job"] for request in requests if "job" in request["fields"]]

    # From here on, nothing is new any more.
    await become(lambda: len(asked()) > 12 and set(asked()[-12:]) == {5, 10})
    before = len(asked())
    await become(lambda: len(asked()) >= before + 30)
    rounds = asked()[before : before + 30]
    # Three batches are a round. On a busy machine, a few may be asked about at another time than the others.
    assert max(rounds) == 10
    assert sum(rounds) > 200
