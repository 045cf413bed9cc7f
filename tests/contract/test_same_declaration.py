"""One declaration written in two ways is one: links signed again, another order, and what an earlier release left."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aiware_resources import engines, pipelines
from aiware_resources.export_request import ExportProvider
from aiware_resources.fleet import entries
from aiware_resources.job import JobProvider, JobState
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.reconcile import EntityProvider, backend, marked, ownership
from aiware_resources.reconcile.naming import api_properties
from aiware_resources.reconcile.provider import schema_of
from aiware_resources.single_engine_job import SingleEngineJobProvider
from aiware_resources.temporal_data_object import TdoProvider
from tests.contract.fleets import PROVIDER as FLEET
from tests.contract.fleets import fleet, job_ids
from tests.support.host import Host
from tests.support.local import Local

BROKEN = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "internal_error", "message": "broken"}}}
MENDED = {engines.SPEECHMATICS_ENGLISH: None}
CREATE = "mutation($input: CreateJob) { createJob(input: $input) { id } }"
SPAN = {"startDateTime": 0, "stopDateTime": 60}

Start = Callable[..., Host]


def address(n: int, name: str = "a") -> str:
    return f"https://bucket.s3.amazonaws.com/{name}.mp4?X-Amz-Date=2026{n}&X-Amz-Signature=abc{n}"


def job(n: int = 1, **more: Any) -> dict[str, Any]:
    graph = pipelines.transcription(address(n))
    made = api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes), "target": {}})
    return {"__owner": "project/stack/job", **made, **more}


def single(n: int) -> dict[str, Any]:
    return {"engineId": engines.SPEECHMATICS_ENGLISH, "uploadUrl": address(n), "fields": {"poster": address(n)}}


def tdo(n: int) -> dict[str, Any]:
    assets = [
        {"assetType": "media", "contentType": "video/mp4", "uri": address(n, name), "storeAsReference": True}
        for name in ("a", "b")[:: 1 if n == 1 else -1]
    ]
    links = dict.fromkeys(("thumbnailUrl", "previewUrl", "sourceImageUrl"), address(n))
    return {"__owner": "project/stack/tdo", "name": "t", **SPAN, **links, "assets": assets}


def export(n: int) -> dict[str, Any]:
    formats: list[dict[str, Any]] = [{"extension": "srt", "options": {"linesPerScreen": 2}}, {"extension": "vtt"}]
    outputs = [{"engineId": engine, "formats": formats} for engine in ("a", "b")]
    tdos = [{"tdoId": "1"}, {"tdoId": "2"}]
    if n == 2:
        formats[0]["options"] = {"maxCharacterPerLine": 32.0}
        for part in (formats, outputs, tdos):
            part.reverse()
    return {"tdoData": tdos, "outputConfigurations": outputs}


def signed_fleet(n: int) -> dict[str, Any]:
    made = copy.deepcopy(fleet(["a", "b"]))
    for key, values in made["media"].items():
        values["url"] = address(n, key)
    if n == 2:
        for part in ("tasks", "routes"):
            made["template"][part].reverse()
    return made


@pytest.mark.parametrize(
    ("provider", "declared"),
    [
        (JobProvider(), job),
        (SingleEngineJobProvider(), single),
        (TdoProvider(), tdo),
        (ExportProvider(), export),
    ],
)
def test_it_changes_nothing(host: Host, provider: EntityProvider, declared: Callable[[int], dict[str, Any]]) -> None:
    assert host.diff(provider, "1", declared(1), declared(2)) == (False, [], False)


def test_links_of_a_tdo_are_no_drift(host: Host, local: Local) -> None:
    id_, outs = host.create(TdoProvider(), tdo(1))
    local.graphql(
        "mutation($input: UpdateTDO) { updateTDO(input: $input) { id } }", input={"id": id_, "thumbnailUrl": address(5)}
    )
    assert host.read(TdoProvider(), id_, outs).outs["thumbnailUrl"] == address(1)


def test_a_fleet_runs_nothing_again(start: Start, local: Local) -> None:
    _, outs = start().create(FLEET, signed_fleet(1))
    assert start().diff(FLEET, "fleet", outs, signed_fleet(2)) == (False, [], False)
    assert local.mutations()["createJob"] == 2


def test_a_failed_job_runs_with_the_newest_link(host: Host, local: Local) -> None:
    """A retry would fetch the recording by the link that it was submitted with, and that one may have expired."""
    local.behave(engines=BROKEN)
    id_, outs = host.create(JobProvider(), job(1))
    # Meanwhile the link was signed again, and another change was recorded.
    outs = host.update(JobProvider(), id_, outs, job(2, name="j"))
    assert outs["tasks"] == host.checked(JobProvider(), job(1))["tasks"]
    read = host.read(JobProvider(), id_, outs)
    assert host.diff(JobProvider(), id_, read.outs, job(2, name="j")) == (True, ["failure"], False)
    assert host.diff(JobProvider(), id_, read.outs, job(1, name="j")) == (True, [], False)
    assert host.diff(JobProvider(), id_, read.outs, job(2, name="j", onFailure="keep")) == (True, [], False)
    local.behave(engines=MENDED)


def test_a_failed_job_of_a_fleet_runs_with_the_newest_link(start: Start, local: Local) -> None:
    broken = {engines.TRANSLATE_SPANISH_TO_ENGLISH: {"fail": {"reason": "invalid_data", "message": "no"}}}
    local.behave(engines=broken)
    host = start()
    _, outs = host.create(FLEET, signed_fleet(1))
    outs = host.read(FLEET, "fleet", outs).outs
    local.behave(engines=dict.fromkeys(broken))
    after = host.update(FLEET, "fleet", outs, signed_fleet(2))
    assert job_ids(after).keys() == {"a", "b"}
    assert not set(job_ids(after).values()) & set(job_ids(outs).values())
    assert (local.mutations()["createJob"], local.mutations().get("retryJob", 0)) == (4, 0)


# --- what an earlier release left ------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A folder of states, known to this process and, by its environment, to the hosts that it starts."""
    (tmp_path / ".pulumi").mkdir()
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    backend.state_identity.cache_clear()
    yield {"PULUMI_BACKEND_URL": tmp_path.as_uri()}
    backend.state_identity.cache_clear()


def submit(local: Local, props: dict[str, Any], mark: str) -> str:
    """Submits a job as the earlier release has it."""
    content = {key: value for key, value in props.items() if key != "__owner"}
    content |= {"jobConfig": marked(None, mark), "target": {**props["target"], "details": marked(None, mark)}}
    id_: str = local.graphql(CREATE, input=content)["createJob"]["id"]
    return id_


def test_a_job_that_its_interrupted_run_left_is_taken(start: Start, local: Local, state: dict[str, str]) -> None:
    provider = JobProvider()
    marks = ownership.markers(schema_of(JobState), job(1), provider.policies | provider.secrets)
    assert len(marks) == 2
    left = submit(local, job(1), marks[1])
    assert start().create(provider, job(1))[0] == left
    assert local.mutations()["createJob"] == 1


def test_the_jobs_that_a_fleets_interrupted_run_left_are_taken(
    start: Start, local: Local, state: dict[str, str]
) -> None:
    news = signed_fleet(1)
    left = {
        key: submit(local, each, entries.marker(news["__owner"], key, entries.first_fingerprint(each)))
        for key, each in entries.jobs_of(news)
    }
    assert job_ids(start().create(FLEET, news)[1]) == left
    assert local.mutations()["createJob"] == 2


def test_a_fleet_that_it_recorded_is_brought_to_the_present_form(start: Start, local: Local) -> None:
    host = start()
    olds, news = signed_fleet(1), signed_fleet(2)
    _, outs = host.create(FLEET, olds)
    first = {key: entries.first_fingerprint(each) for key, each in entries.jobs_of(olds)}
    earlier = {key: f"{text.rpartition(' ')[0]} {first[key]}" for key, text in outs["jobs"].items()}

    # As it was declared then, it is the same.
    host = start()
    assert host.check(FLEET, olds, olds) == {}
    assert host.diff(FLEET, "fleet", {**outs, "jobs": earlier}, olds) == (False, [], False)
    # Declared otherwise, it is known by the recorded inputs, and recorded again.
    host = start()
    assert host.check(FLEET, news, olds) == {}
    assert host.diff(FLEET, "fleet", {**outs, "jobs": earlier}, news) == (True, [], False)
    after = host.update(FLEET, "fleet", {**outs, "jobs": earlier}, news)
    assert after["jobs"] == outs["jobs"]
    assert start().diff(FLEET, "fleet", after, signed_fleet(3)) == (False, [], False)
    assert local.mutations() == {"createJob": 2}


# --- what does not get through Pulumi --------------------------------------------------------------------------------

BIG = 9007199254740993


@pytest.mark.parametrize(
    ("provider", "props", "path"),
    [
        (
            JobProvider(),
            {"tasks": [{"engineId": "e", "payload": {"a": [{"seed": BIG}]}}]},
            "tasks[0].payload.a[0].seed",
        ),
        (JobProvider(), job(1, jobConfig={"n": BIG}), "jobConfig.n"),
        (JobProvider(), job(1, triggers=[BIG]), "triggers[0]"),
        (JobProvider(), job(1, target={"details": {"n": -BIG}}), "target.details.n"),
        (
            JobProvider(),
            job(1, target={"assets": [{"assetType": "m", "uri": "u", "details": BIG}]}),
            "target.assets[0].details",
        ),
        (TdoProvider(), {**SPAN, "details": {"n": float("inf")}}, "details.n"),
        (TdoProvider(), {**SPAN, "parentFolderId": BIG}, "parentFolderId"),
        (SingleEngineJobProvider(), {**single(1), "fields": {"n": BIG}}, "fields.n"),
        (JobFleetProvider(), {**signed_fleet(1), "media": {"a": {"url": "u", "title": BIG}}}, "media.a.title"),
    ],
)
def test_numbers_that_would_be_others_are_refused(
    host: Host, provider: EntityProvider, props: dict[str, Any], path: str
) -> None:
    failures = host.check(provider, props)
    assert path in failures
    assert "as text" in failures[path]
