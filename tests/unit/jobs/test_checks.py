"""Jobs as people send them, in the eyes of a preview and of `aiware validate`: without aiWARE."""

from __future__ import annotations

import copy
import logging
import re
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import UNKNOWN

from aiware_resources.job import JobProvider
from aiware_resources.single_engine_job import SingleEngineJobProvider
from aiware_resources.temporal_data_object import TdoProvider
from tests.contracts.documents import (
    ADAPTER,
    CHUNK,
    RIGHT,
    SPEECH,
    URL,
    WRITER,
    WRONG,
    Document,
    chunked,
    folder,
    in_turn,
    task,
)

SETTINGS = {"aiware:endpoint": "local", "aiware:api": "cloud", "aiware:validateEngines": "false"}


AS_BEFORE = {
    each.name
    for each in WRONG
    if not each.name.startswith(
        ("stop before", "stop alone, b", "a route", "a folder", "payload that", "payload of no")
    )
}
"""What other aiWAREs may have taken."""


def provider(kind: type[JobProvider] = JobProvider) -> JobProvider:
    made = kind()
    made.configure(ConfigureRequest(Config(dict(SETTINGS), "aiware")))
    return made


def found(job: dict[str, Any], olds: dict[str, Any] | None = None) -> dict[str, str]:
    failures = provider().check(olds or {}, copy.deepcopy(job)).failures
    return {failure.property: failure.reason for failure in failures}


@pytest.mark.parametrize("document", RIGHT, ids=str)
def test_what_is_right_is_accepted(document: Document, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert found(document.job) == {}
    assert bool(caplog.messages) == bool(document.warned)
    assert document.warned in "".join(caplog.messages)


@pytest.mark.parametrize("document", WRONG, ids=str)
def test_what_is_wrong_is_refused_where_it_is(document: Document) -> None:
    problems = found(document.job)
    assert set(problems) == set(document.refused)
    # What is right instead comes last.
    assert all(any(sign in reason for sign in (":", ". ", "must be")) for reason in problems.values())


@pytest.mark.parametrize("document", [each for each in WRONG if "32 bits" not in each.name], ids=str)
def test_what_is_not_known_yet_may_mend_it(document: Document) -> None:
    place = re.split(r"[.[]", document.refused[0])[0]
    assert found({**document.job, place: UNKNOWN}) == {}


@pytest.mark.parametrize(
    "document",
    [each for each in WRONG if each.name in AS_BEFORE],
    ids=str,
)
def test_a_job_that_ran_is_not_held_to_new_rules(document: Document) -> None:
    assert found(document.job, olds=document.job) == {}


@pytest.mark.parametrize("document", [each for each in WRONG if each.name.startswith(("webhook", "custom"))], ids=str)
def test_a_job_that_runs_again_is(document: Document) -> None:
    assert found({**document.job, "adopt": "26112900_aaaaaaaaaa"}) == {}
    assert set(found({**document.job, "triggers": 1}, olds=document.job)) == set(document.refused)


@pytest.mark.parametrize(
    ("job", "where"),
    [
        (in_turn(task(SPEECH), task(ADAPTER, payload={"url": URL}), target={}), "tasks[0].payload.url"),
        (in_turn(task(SPEECH), target={"assets": [{"assetType": "text", "uri": URL}]}), "tasks[0].payload.url"),
        (chunked(lambda job: job["tasks"][0]["payload"].pop("url"), target={}), "tasks[0].payload.url"),
        (in_turn(task(ADAPTER, payload={"url": URL}, ioFolders=[folder("o", "output")]), task(SPEECH), target={}),
         "tasks[1].payload.url"),
    ],
)  # fmt: skip
def test_an_engine_that_gets_nothing_to_work_on_is_told(
    job: dict[str, Any], where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert found(job) == {}
    (warning,) = caplog.messages
    assert f"{where}: is missing: the new TDO of the job is empty" in warning
    caplog.clear()
    # What is not known yet may be media.
    found({**job, "target": UNKNOWN})
    found({**job, "tasks": [UNKNOWN, *job["tasks"][1:]]} if where.startswith("tasks[0]") else {**job, "tasks": UNKNOWN})
    assert not [each for each in caplog.messages if "no media" in each]


def test_what_is_wrong_does_not_seem_to_be_missing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert set(found(chunked(target={"startDateTime": "soon"}))) == {"target.startDateTime"}
    assert set(found(chunked(lambda job: job.update(routes=[{}])))) >= {"routes[0].parentIoFolderReferenceId"}
    assert caplog.messages == []


def test_an_adapter_without_url_and_tdo_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert found(in_turn(task(ADAPTER), task(SPEECH))) == {}
    (warning,) = caplog.messages
    assert "tasks[0].payload.url: is missing: there is no TDO, so the engine has no media to work on" in warning


@pytest.mark.parametrize(("rate", "is_right"), [("1/5", True), (2, True), (0, False), ("often", False), ("1/0", False)])
def test_pictures_are_taken_at_a_rate(rate: Any, is_right: bool) -> None:
    properties = {"framesPerSecond": rate, "chunkSizeInSeconds": "of the catalogue"}
    job = chunked(lambda job: job["tasks"][0]["payload"].update(customFFMPEGProperties=properties))
    assert set(found(job)) == (set() if is_right else {"tasks[0].payload.customFFMPEGProperties.framesPerSecond"})


def test_a_tdo_that_is_there_is_not_held_to_new_rules() -> None:
    kept = TdoProvider()
    kept.configure(ConfigureRequest(Config(dict(SETTINGS), "aiware")))
    asset = {"assetType": "text", "uri": "https://media.example/a.txt", "setAsPrimary": True}
    tdo = {"startDateTime": 5, "stopDateTime": 5, "assets": [asset], "contentTemplates": [{"schemaId": "1"}]}
    wrong = ["contentTemplates[0]", "assets[0].setAsPrimary"]
    assert [failure.property for failure in kept.check({}, tdo).failures] == wrong
    assert kept.check(tdo, {**tdo, "name": "n"}).failures == []


@pytest.mark.parametrize("payload", [UNKNOWN, {"url": UNKNOWN}])
def test_a_payload_that_is_not_known_yet(payload: Any) -> None:
    assert found(in_turn(task(ADAPTER, payload=payload), target={})) == {}
    assert found(in_turn(task(ADAPTER), target={"assets": UNKNOWN})) == {}
    assert found(in_turn(task(CHUNK, payload={"ffmpegTemplate": "custom", "customFFMPEGTemplate": UNKNOWN}))) == {}


def test_a_job_that_stores_something_needs_a_tdo(caplog: pytest.LogCaptureFixture) -> None:
    job = in_turn(task(SPEECH), task(WRITER))
    assert found(job) == {}
    assert "targetId: is missing" in caplog.text
    caplog.clear()
    assert found({**job, "target": UNKNOWN}) == {}
    assert found({**job, "targetId": UNKNOWN}) == {}
    assert caplog.messages == []


def test_both_targets_are_one_too_many() -> None:
    assert list(found(chunked(target={}, targetId="1"))) == ["targetId"]


@pytest.mark.parametrize("webhook", ["hooks.example", "ftp://hooks.example/", "http://"])
def test_the_webhook_of_a_single_engine_job(webhook: str) -> None:
    single = provider(SingleEngineJobProvider)
    job = {"engineId": SPEECH, "uploadUrl": "https://media.example/a.mp4", "notificationUri": webhook}
    assert [failure.property for failure in single.check({}, job).failures] == ["notificationUri"]
    assert single.check({}, {**job, "notificationUri": "http://127.0.0.1:8000/a"}).failures == []


@pytest.mark.parametrize("key", ["executionPreferences", "notificationUris"])
def test_how_a_task_runs_re_runs_nothing(key: str) -> None:
    changed = {"executionPreferences": {"priority": 5}, "notificationUris": ["https://hooks.example/"]}[key]
    before = chunked()
    after = copy.deepcopy(before)
    after["tasks"][1][key] = changed
    diff = provider().diff("26112900_aaaaaaaaaa", before, after)
    assert (diff.changes, diff.replaces) == (True, [])


def test_webhooks_of_a_task_have_no_order() -> None:
    one, other = (
        in_turn(task(SPEECH, notificationUris=uris))
        for uris in (["https://a.example", "https://b.example"], ["https://b.example", "https://a.example"])
    )
    none, empty = in_turn(task(SPEECH)), in_turn(task(SPEECH, notificationUris=[]))
    null = in_turn(task(SPEECH, notificationUris=[None]))
    for before, after in ((one, other), (none, empty), (empty, none), (none, null)):
        assert not provider().diff("26112900_aaaaaaaaaa", before, after).changes
