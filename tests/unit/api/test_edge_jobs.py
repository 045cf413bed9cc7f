"""What aiWARE Edge answers about a job, made into the records that the library knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from aiware_resources import errors
from tests.unit.api.edge_jobs import (
    CREATE,
    DELETE,
    DETAIL,
    JOBS,
    NAME,
    OTHER,
    OUTPUTS,
    STATUS,
    TRANSLATION,
    detail,
    listed,
    outputs,
    page,
    server,
    status,
)
from tests.unit.api.edge_server import JOB, TASKS, EdgeServer, answer, error

__all__ = ["server"]


@pytest.mark.parametrize("ids", [{"internalJobIds": [JOB]}, {"InternalJobId": JOB}, {"internalJobIDs": [JOB]}])
def test_the_id_of_a_new_job(server: EdgeServer, ids: dict[str, Any]) -> None:
    server.on(CREATE, answer(**ids))
    made = server.api().create_job({**TASKS, "targetId": "42"}, owner="p/s/n")
    assert (made.id, made.status, made.target_id) == (JOB, "pending", "42")


def test_equal_jobs_without_an_owner_have_equal_ids_inside(server: EdgeServer) -> None:
    server.on(CREATE, answer(internalJobIds=[JOB]))
    api = server.api()
    for _ in range(2):
        api.create_job(TASKS)
    first, second = server.bodies()
    assert first == second


@pytest.mark.parametrize(
    ("word", "known", "own"),
    [
        ("scheduled", "pending", "scheduled"),
        ("pending", "pending", None),
        ("queued", "queued", None),
        ("running", "running", None),
        ("reprocessing", "running", "reprocessing"),
        ("brandNew", "brandnew", None),
    ],
)
def test_statuses_of_unfinished_jobs(server: EdgeServer, word: str, known: str, own: str | None) -> None:
    server.on(STATUS, status(word))
    job = server.api().jobs([JOB])[JOB]
    assert (job.status, job.status_detail) == (known, own)
    assert server.asked() == [STATUS]


@pytest.mark.parametrize(
    ("word", "known", "own"),
    [
        ("complete", "complete", None),
        ("failed", "failed", None),
        ("aborted", "aborted", None),
        ("rejected", "failed", "rejected"),
    ],
)
def test_a_finished_job_is_read_as_a_whole(server: EdgeServer, word: str, known: str, own: str | None) -> None:
    server.on(STATUS, status(word)).on(DETAIL, answer(job=detail(jobStatus=word, coreRecordingId=7)))
    job = server.api().jobs([JOB])[JOB]
    assert (job.status, job.status_detail, job.target_id) == (known, own, "7")
    assert server.asked() == [STATUS, DETAIL]


@pytest.mark.parametrize("word", ["running", "complete", "failed"])
def test_of_many_jobs_no_more_than_the_status_is_read(server: EdgeServer, word: str) -> None:
    server.on(STATUS, status(word))
    api, unread = server.api(), dict[str, errors.ApiError]()
    assert api.job_states([JOB, JOB, "no-uuid"])[JOB].status == word
    assert api.job_states([JOB], unread)[JOB].status == word
    assert (unread, server.asked()) == ({}, [STATUS] * 2)


def test_many_jobs_on_an_installation_without_a_route_for_the_status(server: EdgeServer) -> None:
    server.on(STATUS, error(501)).on(DETAIL, answer(job=detail(jobStatus="complete")))
    api = server.api()
    assert api.job_states([JOB], {})[JOB].status == "complete"
    assert api.job_states([JOB], {})[JOB].status == "complete"
    assert server.asked() == [STATUS, DETAIL, DETAIL]
    # Nor of the details: the list tells.
    server.on(DETAIL, error(501)).on(JOBS, page([detail(jobStatus="running")], 100), page([], 100))
    assert api.job_states([JOB], {})[JOB].status == "running"


def test_a_job_of_many_that_edge_does_not_know_is_left_out_and_one_that_fails_is_unread(server: EdgeServer) -> None:
    server.on(STATUS, status("running")).on(f"GET /proc/job/{OTHER}/status", error(404))
    api, unread = server.api(), dict[str, errors.ApiError]()
    assert api.job_states([JOB, OTHER], unread).keys() | {JOB} == {JOB}
    server.on(f"GET /proc/job/{OTHER}/status", error(503))
    assert api.job_states([JOB, OTHER], unread).keys() == {JOB}
    assert unread.keys() == {OTHER}


@pytest.mark.parametrize("missing", [error(404), error(501), httpx.Response(404, text="no such page")])
def test_a_finished_job_whose_details_cannot_be_had_is_finished(server: EdgeServer, missing: httpx.Response) -> None:
    server.on(STATUS, status("complete")).on(DETAIL, missing)
    job = server.api().jobs([JOB])[JOB]
    assert (job.status, job.tasks) == ("complete", [])


def test_everything_of_a_job(server: EdgeServer) -> None:
    tasks = [
        {
            "internalTaskID": "t-1",
            "engineID": TRANSLATION,
            "engineName": "Translation",
            "taskStatus": "failed",
            "failureReason": "bad_data",
            "failureDetail": "no text in it",
            "payloadJSON": '{"url":"u"}',
            "taskOutputSON": '{"n": 1}',
            "createdDateTime": "2026-11-24T09:51:42Z",
            "ioFolders": [{"id": "f-1", "correlationId": "c-1", "mode": "chunk", "type": "output"}],
        },
        {
            "internalTaskID": "t-2",
            "engineID": "e-2",
            "taskStatus": "scheduled",
            "failureReason": "none",
            "failureDetail": "",
            "taskPayloadJSON": "not json",
            "ioFolders": [{"id": "f-2", "correlationID": "c-2", "mode": "chunk", "type": "input"}],
        },
    ]
    routes = [
        {"taskChildId": "t-1"},
        {"taskParentId": "t-1", "taskParentOutputId": "f-1", "taskChildId": "t-2", "taskChildInputId": "c-2"},
    ]
    whole = detail(
        jobStatus="failed", coreRecordingID="0", jobConfigJSON='{"pulumiMarker":"m"}', tasks=tasks, taskRoutes=routes
    )
    server.on(DETAIL, answer(job=whole))
    job = server.api().job_details(JOB)
    assert (job.id, job.status, job.target_id, job.job_config) == (JOB, "failed", None, {"pulumiMarker": "m"})
    first, second = job.tasks
    assert (first.id, first.status, first.failure_reason, first.failure_message) == (
        "t-1",
        "failed",
        "bad_data",
        "no text in it",
    )
    assert first.engine is not None
    assert (first.engine_id, first.engine.name, first.payload, first.output) == (
        TRANSLATION,
        "Translation",
        {"url": "u"},
        {"n": 1},
    )
    assert first.created_date_time == datetime(2026, 11, 24, 9, 51, 42, tzinfo=UTC)
    assert (second.status, second.failure_reason, second.failure_message) == ("pending", None, None)
    assert second.payload == "not json"
    assert [folder.reference_id for task in job.tasks for folder in task.io_folders] == ["c-1", "c-2"]
    (route,) = job.routes
    assert (route.parent_io_folder_reference_id, route.child_io_folder_reference_id) == ("c-1", "c-2")


def test_ids_that_are_no_uuids_are_not_asked_about(server: EdgeServer) -> None:
    api = server.api()
    assert api.jobs(["19093817_Mdsq3lksrB", "", "x"]) == {}
    assert api.engines(["insert-into-index"]) == {}
    with pytest.raises(errors.NotFound, match="internalJobID"):
        api.job_details("19093817_Mdsq3lksrB")
    with pytest.raises(errors.NotFound):
        api.engine_results(job_id="19093817_Mdsq3lksrB")
    assert server.asked() == []


def test_many_jobs_are_read_side_by_side(server: EdgeServer) -> None:
    ids = [f"e1484460-7cb5-4cab-87ea-{number:012}" for number in range(30)]
    for number, id_ in enumerate(ids):
        there = answer(job={"internalJobID": id_, "jobStatus": "running"})
        server.on(f"GET /proc/job/{id_}/status", error(404) if number == 7 else there)
    server.on(f"GET /proc/job/{ids[7]}/outputs", error(404))
    found = server.api().jobs([*ids, ids[0]])
    assert list(found) == [id_ for id_ in ids if id_ != ids[7]]


# --- without a route for the status -----------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [error(501), error(405), httpx.Response(405, text="no such method")])
def test_without_a_status_the_outputs_tell(server: EdgeServer, missing: httpx.Response) -> None:
    server.on(STATUS, missing).on(DETAIL, missing).on(JOBS, missing)
    server.on(OUTPUTS, outputs(), outputs("log.txt"), outputs("log.txt", NAME))
    api = server.api()
    assert [api.jobs([JOB])[JOB].status for _ in range(3)] == ["running", "running", "complete"]
    # Once it is known, the route is not asked for again.
    assert server.asked().count(STATUS) == 1


@pytest.mark.parametrize("missing", [error(404), httpx.Response(404, text="no such page")])
def test_one_404_is_no_missing_route(server: EdgeServer, missing: httpx.Response) -> None:
    """The job itself may be gone, and what is left of its outputs does not make it complete."""
    server.on(STATUS, missing).on(DETAIL, missing).on(JOBS, page([], 10)).on(OUTPUTS, outputs(NAME))
    server.on(f"GET /proc/job/{OTHER}/status", answer(job={"internalJobID": OTHER, "jobStatus": "pending"}))
    api = server.api()
    assert api.jobs([JOB]) == {}
    assert api.jobs([OTHER])[OTHER].status == "pending"
    before = len(server.asked())
    assert api.jobs([JOB]) == {}
    # The route is there: its 404 says that the job is not known.
    assert server.asked()[before:] == [STATUS]


def test_two_known_jobs_without_a_status_show_that_the_route_is_missing(server: EdgeServer) -> None:
    for id_ in (JOB, OTHER):
        for route in ("status", "detail"):
            server.on(f"GET /proc/job/{id_}/{route}", error(404))
    server.on(JOBS, error(501)).on(OUTPUTS, outputs(NAME)).on(
        f"GET /proc/job/{OTHER}/outputs", answer(outputs={"outputs": [{"name": "log.txt", "size": 1}]})
    )
    api = server.api()
    assert api.jobs([JOB]) == {}
    assert api.jobs([OTHER])[OTHER].status == "running"
    assert api.jobs([JOB])[JOB].status == "complete"


@pytest.mark.parametrize("missing", [error(404), error(501)])
def test_without_a_status_the_list_tells(server: EdgeServer, missing: httpx.Response) -> None:
    there = {**listed(0, jobStatus="reprocessing"), "internalJobID": JOB.upper()}
    server.on(STATUS, missing).on(DETAIL, error(501)).on(JOBS, answer(result=[listed(1), there]))
    assert server.api().jobs([JOB])[JOB].status == "running"


def test_a_pending_job_with_an_early_document_is_pending(server: EdgeServer) -> None:
    server.on(STATUS, error(501)).on(DETAIL, answer(job=detail(jobStatus="pending"))).on(OUTPUTS, outputs(NAME))
    assert server.api().jobs([JOB])[JOB].status == "pending"


def test_without_a_status_a_failure_is_seen_in_the_details(server: EdgeServer) -> None:
    server.on(STATUS, error(501)).on(OUTPUTS, outputs())
    server.on(DETAIL, answer(job=detail(jobStatus="running")), answer(job=detail(jobStatus="failed")))
    api = server.api()
    assert [api.jobs([JOB])[JOB].status for _ in range(2)] == ["running", "failed"]


@pytest.mark.parametrize("of_unknown", [error(404), outputs()])
def test_a_job_that_nothing_shows_is_not_known(server: EdgeServer, of_unknown: httpx.Response) -> None:
    server.on(STATUS, error(501)).on(DETAIL, error(404)).on(JOBS, page([listed(1)], 10)).on(OUTPUTS, of_unknown)
    assert server.api().jobs([JOB]) == {}


@pytest.mark.parametrize(
    "told",
    [
        answer(job={"internalJobID": OTHER, "jobStatus": "complete"}),
        answer(job={"internalJobID": JOB}),
        answer(job=None),
        answer(),
        httpx.Response(200, json=[{"internalJobID": JOB, "jobStatus": "complete"}]),
        httpx.Response(302, headers={"location": "https://login.example"}),
    ],
)
def test_an_answer_that_says_nothing_of_the_job_is_no_status(server: EdgeServer, told: httpx.Response) -> None:
    server.on(STATUS, told)
    with pytest.raises((errors.ServerFailure, errors.WrongUrl)):
        server.api().jobs([JOB])
    unread: dict[str, errors.ApiError] = {}
    assert server.api().jobs([JOB], unread) == {}
    assert list(unread) == [JOB]


def test_outputs_that_are_not_told_are_not_none(server: EdgeServer) -> None:
    server.on(OUTPUTS, answer())
    with pytest.raises(errors.ServerFailure, match="outputs"):
        server.api().documents([JOB])
    server.on(OUTPUTS, answer(outputs=None))
    assert server.api().documents([JOB]) == {JOB: []}
    server.on(
        OUTPUTS, answer(outputs=[{"name": NAME, "size": 3}, {"name": "begun.json", "size": 0}, {"name": "x.txt"}])
    )
    assert server.api().documents([JOB]) == {JOB: [NAME]}
    server.on(OUTPUTS, error(404))
    assert server.api().documents([JOB]) == {}


# --- ending a job -----------------------------------------------------------------------------------------------------


def test_a_job_is_deleted_by_its_id_in_the_core(server: EdgeServer) -> None:
    server.on(DETAIL, answer(job=detail())).on(DELETE, httpx.Response(204))
    server.api().cancel_job(JOB)
    assert server.asked() == [DETAIL, DELETE]
    assert server.bodies() == [{"jobID": "26112413_abc"}]


def test_a_job_without_details_is_deleted_by_its_address(server: EdgeServer) -> None:
    server.on(DETAIL, error(501)).on(DELETE, httpx.Response(204))
    server.api().delete_job(JOB)
    assert server.bodies() == [{}]


def test_a_job_that_is_gone_cannot_be_deleted(server: EdgeServer) -> None:
    server.on(DETAIL, error(404)).on(DELETE, error(404))
    with pytest.raises(errors.NotFound):
        server.api().delete_job(JOB)
    # An installation may lack the details, or not have them yet: the deletion itself tells.
    assert server.asked() == [DETAIL, DELETE]


def test_a_deletion_whose_answer_is_lost(server: EdgeServer) -> None:
    server.on(DETAIL, answer(job=detail(coreJobID=None))).on(DELETE, error(502))
    with pytest.raises(errors.AnswerLost, match=f"deleteJob of {JOB}"):
        server.api().delete_job(JOB)
    assert server.bodies() == [{}]
