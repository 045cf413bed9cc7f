"""The calls, entity by entity: what is sent, and what is made of the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from aiware_resources import errors
from aiware_resources.api.records import ClusterRecord, ExportRecord, JobRecord, TdoRecord

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

WHEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
CLUSTER = {
    "id": "rt-1",
    "name": "c",
    "status": "active",
    "memorySizeBytes": 21474836480.0,
    "restartTimeUTC": "03:00",
    "collaborators": {"records": [{"organizationId": 7682, "permission": "viewer"}]},
    "subscriptions": {"records": None},
    "createdDateTime": "2026-11-24T09:51:42.000Z",
}


def page(field: str, records: list[Any], limit: int = 30) -> dict[str, Any]:
    return {field: {"limit": limit, "count": len(records), "records": records}}


def tasks(first: int, last: int) -> list[dict[str, Any]]:
    return [{"id": f"j1_{number}", "status": "running"} for number in range(first, last)]


@pytest.mark.parametrize(
    ("call", "field", "variables"),
    [
        (lambda api: api.create_cluster({"name": "c"}), "createCluster", {"input": {"name": "c"}}),
        (lambda api: api.update_cluster({"id": "rt-1"}), "updateCluster", {"input": {"id": "rt-1"}}),
        (lambda api: api.pause_cluster("rt-1"), "pauseCluster", {"input": {"id": "rt-1"}}),
        (lambda api: api.unpause_cluster("rt-1"), "unpauseCluster", {"input": {"id": "rt-1"}}),
    ],
)
def test_cluster_mutations_answer_with_the_cluster(script: Script, call: Any, field: str, variables: Any) -> None:
    script.play(script.answer({field: CLUSTER}))
    record = call(script.api())
    assert isinstance(record, ClusterRecord)
    assert (record.id, record.memory_size_bytes, record.restart_time_utc) == ("rt-1", 21474836480, "03:00")
    assert [(one.organization_id, one.permission) for one in record.collaborators] == [("7682", "viewer")]
    assert record.subscriptions == []
    assert record.created_date_time == datetime(2026, 11, 24, 9, 51, 42, tzinfo=UTC)
    assert script.bodies[0]["variables"] == variables
    assert f"mutation {field}" in script.bodies[0]["query"]


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda api: api.delete_cluster("x1"), "deleteCluster"),
        (lambda api: api.delete_tdo("x1"), "deleteTDO"),
        (lambda api: api.cleanup_tdo("x1", ["storage"]), "cleanupTDO"),
        (lambda api: api.cancel_job("x1"), "cancelJob"),
    ],
)
def test_what_takes_away_returns_nothing_and_tells_when_it_is_gone(script: Script, call: Any, field: str) -> None:
    script.play(script.answer({field: {"id": "x1", "message": "Done."}}))
    assert call(script.api()) is None
    script.play(script.answer({field: None}, script.entry("not_found", field)))
    with pytest.raises(errors.NotFound) as caught:
        call(script.api())
    assert caught.value.object_id == "x1"


def test_clusters_that_are_deleted_are_missing(script: Script) -> None:
    gone = {**CLUSTER, "id": "rt-2", "deletedDateTime": "2026-11-24T10:00:00.000Z"}
    found = {"object0": {"records": [CLUSTER]}, "object1": {"records": [gone]}, "object2": {"records": []}}
    script.play(script.answer(found))
    assert set(script.api().clusters(["rt-1", "rt-2", "rt-3"])) == {"rt-1"}


def test_a_missing_cluster_is_missing_whatever_the_server_calls_it(script: Script) -> None:
    script.play(script.answer(None, script.entry("not_found", "object0")))
    assert script.api().clusters(["rt-1"]) == {}


def test_clusters_are_found_by_exact_name_on_all_pages(script: Script) -> None:
    others = [{**CLUSTER, "id": f"rt-{number}", "name": "C"} for number in range(2, 31)]
    gone = {**CLUSTER, "id": "rt-31", "deletedDateTime": "2026-11-24T10:00:00.000Z"}
    twin = {**CLUSTER, "id": "rt-32"}
    script.play(
        script.answer(page("clusters", [CLUSTER, *others])), script.answer(page("clusters", [CLUSTER, gone, twin]))
    )
    assert [record.id for record in script.api().clusters_named("c")] == ["rt-1", "rt-32"]
    assert [body["variables"] for body in script.bodies] == [
        {"name": "c", "offset": 0, "limit": 30},
        {"name": "c", "offset": 30, "limit": 30},
        # The last answer is repeated: a server that ignores the offset.
        {"name": "c", "offset": 33, "limit": 30},
        {"name": "c", "offset": 36, "limit": 30},
    ]


def test_a_page_that_happens_to_be_full_is_followed_by_an_empty_one(script: Script) -> None:
    full = [{**CLUSTER, "id": f"rt-{number}"} for number in range(30)]
    script.play(script.answer(page("clusters", full)), script.answer(page("clusters", [])))
    assert len(script.api().clusters_named("c")) == 30
    assert len(script.requests) == 2


def test_a_server_that_caps_the_page_size_is_read_to_the_end(script: Script) -> None:
    first, rest = [{**CLUSTER, "id": f"rt-{n}"} for n in range(10)], [{**CLUSTER, "id": "rt-10"}]
    script.play(script.answer(page("clusters", first, 10)), script.answer(page("clusters", rest, 10)))
    assert len(script.api().clusters_named("c")) == 11


TDO = {
    "id": 460907869,
    "name": None,
    "startDateTime": "2019-11-21T04:36:40.000Z",
    "stopDateTime": 1574315000,
    "details": {"aiwareMarker": "m"},
    "folders": None,
    "sourceData": {"taskId": None},
    "createdDateTime": "2026-11-24T09:51:42",
}


def test_tdo_mutations_answer_with_the_tdo(script: Script) -> None:
    script.play(script.answer({"createTDO": TDO}), script.answer({"updateTDO": TDO}))
    api = script.api()
    for record in (api.create_tdo({"name": "r"}), api.update_tdo({"id": "460907869", "name": "r"})):
        assert isinstance(record, TdoRecord)
        assert (record.id, record.start_date_time) == ("460907869", "2019-11-21T04:36:40.000Z")
        assert record.stop_date_time == "1574315000"
        assert (record.folders, record.details) == ([], {"aiwareMarker": "m"})
        assert record.created_date_time == datetime(2026, 11, 24, 9, 51, 42, tzinfo=UTC)


def test_records_speak_the_language_of_the_api() -> None:
    properties = TdoRecord.model_validate(TDO).properties()
    assert properties["id"] == "460907869"
    assert properties["startDateTime"] == "2019-11-21T04:36:40.000Z"
    assert properties["sourceData"] == {"taskId": None, "sourceId": None, "scheduledJobId": None}
    assert ClusterRecord.model_validate(CLUSTER).properties()["restartTimeUTC"] == "03:00"


def test_recent_tdos_come_page_by_page_and_only_as_far_as_asked_for(script: Script) -> None:
    first = [{**TDO, "id": str(number)} for number in range(30)]
    script.play(
        script.answer(page("temporalDataObjects", [*first[:29], None])),
        script.answer(page("temporalDataObjects", [first[28], first[29]])),
    )
    found = script.api().tdos_created_since(WHEN)
    assert next(found).id == "0"
    assert len(script.requests) == 1
    assert [record.id for record in found] == [str(number) for number in range(1, 30)]
    assert script.bodies[1]["variables"] == {"since": "2026-11-24T09:00:00+00:00", "offset": 30, "limit": 30}


def test_jobs_are_read_with_all_their_tasks(script: Script) -> None:
    short = {"id": "j2", "status": "new in 2027", **page("tasks", tasks(0, 1))}
    long = {"id": "j1", "targetId": "42", "target": {"id": "42"}, **page("tasks", tasks(0, 30))}
    script.play(
        script.answer({"object0": long, "object1": short}),
        script.answer({"job": page("tasks", tasks(30, 60))}),
        script.answer({"job": page("tasks", tasks(60, 61))}),
        script.answer({"job": page("tasks", [])}),
    )
    jobs = script.api().jobs(["j1", "j2"])
    assert [task.id for task in jobs["j1"].tasks] == [f"j1_{number}" for number in range(61)]
    assert (len(jobs["j2"].tasks), jobs["j2"].status) == (1, "new in 2027")
    assert [body["variables"] for body in script.bodies[1:]] == [
        {"id": "j1", "offset": 30, "limit": 30},
        {"id": "j1", "offset": 60, "limit": 30},
        {"id": "j1", "offset": 61, "limit": 30},
    ]


@pytest.mark.parametrize(("call", "field"), [("create_job", "createJob"), ("retry_job", "retryJob")])
def test_job_mutations_answer_with_the_job(script: Script, call: str, field: str) -> None:
    script.play(script.answer({field: {"id": "j1", "status": "pending", **page("tasks", tasks(0, 2))}}))
    record = getattr(script.api(), call)({"targetId": "42"} if call == "create_job" else "j1")
    assert isinstance(record, JobRecord)
    assert (record.id, len(record.tasks)) == ("j1", 2)


def test_the_details_of_a_job_come_with_those_of_all_its_tasks(script: Script) -> None:
    job = {
        "id": "j1",
        "status": "failed",
        "jobConfig": {"a": 1},
        "routes": [{"parentIoFolderReferenceId": "out", "childIoFolderReferenceId": "in"}],
    }
    task = {
        "id": "j1_a",
        "status": "failed",
        "failureReason": "a_reason_of_tomorrow",
        "failureMessage": "No such file.",
        "engine": {"id": "e1", "name": "Webstream Adapter"},
        "payload": {"url": "x"},
        "ioFolders": [{"referenceId": "out", "mode": "stream", "type": "output"}],
        "log": {"uri": "https://s3.example/log?Signature=abc", "text": "line 1"},
        "startedDateTime": "2026-11-24T09:51:42.000Z",
    }
    script.play(script.answer({"job": job}), script.answer({"job": page("tasks", [task])}))
    record = script.api().job_details("j1")
    assert record.job_config == {"a": 1}
    assert record.routes[0].child_io_folder_reference_id == "in"
    (found,) = record.tasks
    assert found.engine is not None
    assert (found.engine.name, found.failure_reason) == ("Webstream Adapter", "a_reason_of_tomorrow")
    assert found.io_folders[0].reference_id == "out"
    assert found.log is not None
    assert found.log.text == "line 1"
    assert "Signature" not in repr(record)


def test_the_details_of_a_missing_job(script: Script) -> None:
    script.play(script.answer({"job": None}, script.entry("not_found", "job")))
    with pytest.raises(errors.NotFound, match="Reading job j1 failed"):
        script.api().job_details("j1")


def test_a_job_that_is_null_without_a_word_is_not_taken_for_missing(script: Script) -> None:
    script.play(script.answer({"job": None}))
    with pytest.raises(errors.ServerFailure, match="Reading job j1 failed: no list where one was asked for"):
        script.api().job_details("j1")


def test_recent_jobs_can_be_narrowed_to_a_cluster_and_a_target(script: Script) -> None:
    job = {"id": "j1", "clusterId": "rt-1", "jobConfig": {"marker": "m"}, **page("tasks", tasks(0, 30))}
    script.play(
        script.answer(page("jobs", [job])),
        script.answer({"job": page("tasks", [{"id": "j1_30", "payload": {"url": "x"}}])}),
        script.answer({"job": page("tasks", [])}),
        script.answer(page("jobs", [])),
    )
    api = script.api()
    (found,) = api.jobs_created_since(WHEN, cluster_id="rt-1", target_id="42")
    assert (found.job_config, found.tasks[30].payload) == ({"marker": "m"}, {"url": "x"})
    variables = script.bodies[0]["variables"]
    assert variables == {"since": WHEN.isoformat(), "clusterId": "rt-1", "targetId": "42", "offset": 0, "limit": 30}
    assert list(api.jobs_created_since(WHEN)) == []
    assert set(script.bodies[-1]["variables"]) == {"since", "offset", "limit"}


EXPORT = {
    "id": "e1",
    "status": "complete",
    "assetUri": "https://s3.example/e1.vtt?Signature=abc",
    "createdDateTime": "2026-11-24T09:00:00.000Z",
}


def test_exports_are_created_and_read(script: Script) -> None:
    script.play(script.answer({"createExportRequest": EXPORT}))
    record = script.api().create_export_request({"tdoData": [{"tdoId": "42"}]})
    assert isinstance(record, ExportRecord)
    assert record.asset_uri == EXPORT["assetUri"]
    assert "Signature" not in repr(record)
    script.play(script.answer({"object0": {"records": [EXPORT]}, "object1": {"records": []}}))
    assert set(script.api().export_requests(["e1", "e2"])) == {"e1"}


def test_a_list_that_does_not_heed_the_id_does_no_harm(script: Script) -> None:
    script.play(script.answer({"object0": {"records": [EXPORT, {**EXPORT, "id": "e2"}]}}))
    assert script.api().export_requests(["e3"]) == {}
    script.play(script.answer({"object0": {"records": [CLUSTER]}}))
    assert script.api().clusters(["rt-9"]) == {}


def test_a_page_may_leave_out_its_count(script: Script) -> None:
    full = [{**EXPORT, "id": f"e{number}"} for number in range(30)]
    script.play(
        script.answer({"exportRequests": {"limit": 30, "count": None, "records": full}}),
        script.answer({"exportRequests": {"limit": 30, "records": [EXPORT]}}),
    )
    assert len(list(script.api().exports_created_since(WHEN))) == 30
    # The last answer is repeated: a server that ignores the offset.
    assert len(script.requests) == 4


def test_recent_exports_are_picked_out_of_all(script: Script) -> None:
    old = {**EXPORT, "id": "e0", "createdDateTime": "2026-11-24T08:59:59.999Z"}
    script.play(script.answer(page("exportRequests", [old, EXPORT])))
    assert [record.id for record in script.api().exports_created_since(WHEN)] == ["e1"]


def test_engine_results_are_read_by_job_or_by_tdo(script: Script) -> None:
    result = {"tdoId": "42", "engineId": "x", "jsondata": {"series": []}, "startOffsetMs": 0}
    script.play(script.answer({"engineResults": {"records": [result, None]}}))
    api = script.api()
    (found,) = api.engine_results(job_id="j1")
    assert (found.tdo_id, found.jsondata) == ("42", {"series": []})
    api.engine_results(tdo_id="42", engine_ids=["x"])
    assert [body["variables"] for body in script.bodies] == [{"jobId": "j1"}, {"tdoId": "42", "engineIds": ["x"]}]


def test_the_user_behind_the_token(script: Script) -> None:
    user = {"id": "u1", "name": "me@example.com", "organization": {"id": 7682, "name": "Org"}}
    script.play(script.answer({"me": user}), script.answer({"me": None}))
    api = script.api()
    found = api.me()
    assert found.organization is not None
    assert (found.name, found.organization.id) == ("me@example.com", "7682")
    with pytest.raises(errors.NotFound, match="belongs to no user"):
        api.me()


def test_times_are_sent_as_every_aiware_reads_them(script: Script) -> None:
    script.play(script.answer({"createJob": {"id": "j"}}))
    at, iso = "2026-03-02 09:00:00 +0000 UTC", "2026-03-02T09:00:00.000Z"
    task = {"payload": {"startDateTime": at}, "executionPreferences": {"dueDateTime": "1772442000"}}
    target = {"startDateTime": at, "stopDateTime": "20260302T090000Z", "details": {"startDateTime": at}}
    script.api().create_job({"target": target, "tasks": [task | {"standbyTask": task}]})
    sent = script.bodies[0]["variables"]["input"]
    assert sent["target"] == {"startDateTime": iso, "stopDateTime": iso, "details": {"startDateTime": at}}
    right = {"payload": {"startDateTime": at}, "executionPreferences": {"dueDateTime": iso}}
    assert sent["tasks"] == [right | {"standbyTask": right}]


@pytest.mark.parametrize("time", [1772442000, "2026-03-02", "2026-03-02T09:00:00", "2026-03-02T10:00:00+01:00", "soon"])
def test_a_time_that_every_aiware_reads_is_sent_as_it_is(script: Script, time: Any) -> None:
    script.play(script.answer({"createTDO": {"id": "1"}}))
    script.api().create_tdo({"startDateTime": time})
    assert script.bodies[0]["variables"] == {"input": {"startDateTime": time}}
