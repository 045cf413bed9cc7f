"""What aiWARE Edge answers about jobs, their outputs, and engines, made into the records that the library knows."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from aiware_resources import errors
from tests.unit.api.edge_server import JOB, TASKS, EdgeServer, answer, error

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

OTHER = "e1484460-7cb5-4cab-87ea-436c4768904e"
CREATE, JOBS = "POST /proc/job/create", "GET /proc/jobs"
STATUS, DETAIL = f"GET /proc/job/{JOB}/status", f"GET /proc/job/{JOB}/detail"
OUTPUTS, DELETE = f"GET /proc/job/{JOB}/outputs", f"POST /proc/job/{JOB}/delete"
NAME = "vtn-standard-489cbc5b-b6b0-43d5-8b12-e790865986b5.json"
OUTPUT, DOWNLOAD = f"GET /proc/job/{JOB}/output/{NAME}", f"GET /proc/job/{JOB}/download/{NAME}"
ENGINES, CATEGORIES = "GET /admin/engines", "GET /admin/engine/categories"
TRANSLATION = "95c910f6-4a26-4b66-96cb-488befa86466"


@pytest.fixture
def server(script: Script) -> EdgeServer:
    return EdgeServer(script)


def status(word: str) -> httpx.Response:
    return answer(job={"internalJobID": JOB, "jobStatus": word})


def detail(**more: Any) -> dict[str, Any]:
    return {"internalJobID": JOB, "internalOrganizationID": "o-1", "coreJobID": "26112413_abc", **more}


def outputs(*names: str) -> httpx.Response:
    listed = [{"name": name, "size": 4344, "created": 1581102672} for name in names]
    return answer(outputs={"internalJobID": JOB, "outputs": listed})


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


# --- lists ------------------------------------------------------------------------------------------------------------


def listed(number: int, **more: Any) -> dict[str, Any]:
    task = {"internalTaskID": f"t-{number}", "engineID": TRANSLATION, "payloadJSON": "{}"}
    at = f"2026-11-24T10:{59 - number % 60:02}:00Z"
    made = {"jobStatus": "running", "tasks": [task], "createdDateTime": at, "jobConfigJSON": "{}"}
    return detail(**{**made, **more, "internalJobID": str(number)})


def old(number: int) -> dict[str, Any]:
    return listed(1000 + number, createdDateTime=f"2026-{10 - number // 28:02}-{28 - number % 28:02}T00:00:00Z")


def page(records: list[dict[str, Any]], limit: int) -> httpx.Response:
    return answer(success=True, result=records, limit=limit, count=len(records), offset=0)


def test_pages_are_followed_as_the_server_cuts_them(server: EdgeServer) -> None:
    first, second, last = ([listed(number) for number in numbers] for numbers in ((0, 1), (1, 2), (3,)))
    # A new job shifted the second page by one.
    server.on(JOBS, page(first, 2), page(second, 2), page(last, 2), page([], 2))
    assert [job.id for job in server.api().find_jobs()] == ["0", "1", "2", "3"]
    offsets = [request.url.params["offset"] for request in server.script.requests]
    assert offsets == ["0", "2", "4", "5"]


def test_what_a_server_says_of_its_pages_is_not_asked(server: EdgeServer) -> None:
    """It caps pages, and repeats the limit that it was asked for; new jobs have moved the third page by a whole one."""
    pages = [page([listed(number), listed(number + 1)], 100) for number in (0, 2, 2, 4)]
    server.on(JOBS, *pages, page([], 100))
    assert [job.id for job in server.api().find_jobs()] == [str(number) for number in range(6)]


def test_a_server_that_gives_the_same_page_always_ends_the_list(server: EdgeServer) -> None:
    server.on(JOBS, httpx.Response(200, json=[listed(0), None, listed(1)]))
    assert [job.id for job in server.api().find_jobs()] == ["0", "1"]
    assert len(server.script.requests) == 3


@pytest.mark.parametrize(
    "told", [answer(), answer(error="broken"), answer(result={}), answer(result=None, count=3), answer(jobs=[])]
)
def test_a_list_that_is_not_told_is_not_empty(server: EdgeServer, told: httpx.Response) -> None:
    server.on(JOBS, told)
    with pytest.raises(errors.ServerFailure, match="without the list"):
        list(server.api().find_jobs())


def test_an_empty_page_ends_the_list(server: EdgeServer) -> None:
    server.on(JOBS, answer(success=True, result=None))
    assert list(server.api().find_jobs()) == []


def test_jobs_since_a_moment_end_there(server: EdgeServer) -> None:
    server.on(JOBS, page([listed(number) for number in range(3)] + [old(number) for number in range(120)], 200))
    when = datetime(2026, 11, 24, 10, 57, tzinfo=UTC)
    assert [job.id for job in server.api().jobs_created_since(when)] == ["0", "1", "2"]
    query = server.script.requests[0].url.params
    assert (query["CreatedAfter"], query["orderBy"], query["direction"]) == (
        str(int(when.timestamp())),
        "createdDateTime",
        "DESC",
    )
    # A full page; what follows is older still.
    assert len(server.script.requests) == 1


def test_jobs_in_another_order_are_read_to_the_end(server: EdgeServer) -> None:
    oldest_first = [*(old(number) for number in range(120)), *(listed(number) for number in range(30))][::-1]
    oldest_first = sorted(oldest_first, key=lambda job: job["createdDateTime"])
    server.on(JOBS, page(oldest_first[:100], 100), page(oldest_first[100:], 100), page([], 100))
    when = datetime(2026, 11, 24, 10, 57, tzinfo=UTC)
    assert [job.id for job in server.api().jobs_created_since(when)] == ["2", "1", "0"]


@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "", "soon", 0, None, True])
def test_a_time_that_is_not_set_overlooks_no_job(server: EdgeServer, written: Any) -> None:
    server.on(JOBS, page([listed(0), listed(1, createdDateTime=written), old(1)], 100))
    when = datetime(2026, 11, 24, tzinfo=UTC)
    assert [job.id for job in server.api().jobs_created_since(when, by_marker=True)] == ["0", "1"]


def test_jobs_that_are_told_by_a_marker_are_not_left_to_the_servers_time(server: EdgeServer) -> None:
    early = listed(1, createdDateTime="2026-11-24T09:00:00Z")
    server.on(JOBS, page([listed(0), early, old(1)], 100))
    when = datetime(2026, 11, 24, 10, 57, tzinfo=UTC)
    api = server.api()
    assert [job.id for job in api.jobs_created_since(when, target_id="42", by_marker=True)] == ["0", "1"]
    assert [job.id for job in api.jobs_created_since(when)] == ["0"]
    filters = ["CreatedAfter" in request.url.params for request in server.script.requests]
    assert filters[0] is False
    assert filters[-1] is True


def test_a_job_that_vanishes_while_it_is_listed(server: EdgeServer) -> None:
    bare = {**listed(0), "internalJobID": JOB}
    del bare["jobConfigJSON"]
    server.on(JOBS, page([bare], 10)).on(DETAIL, error(404))
    (job,) = server.api().jobs_created_since(datetime(2026, 11, 24, tzinfo=UTC), by_marker=True)
    assert job.job_config is None


def test_a_list_without_tasks_is_completed(server: EdgeServer) -> None:
    bare = {**listed(0, tasks=None), "internalJobID": JOB}
    server.on(JOBS, page([bare], 10)).on(DETAIL, answer(job={**listed(0), "internalJobID": JOB}))
    (job,) = server.api().jobs_created_since(datetime(2026, 11, 24, tzinfo=UTC))
    assert [task.engine_id for task in job.tasks] == [TRANSLATION]


def test_jobs_are_found_by_what_they_are(server: EdgeServer) -> None:
    jobs = [
        listed(0, jobStatus="scheduled", coreRecordingId=5),
        listed(1, jobStatus="complete"),
        listed(2, jobStatus="rejected", tasks=[]),
    ]
    server.on(JOBS, page(jobs, 10))
    api = server.api()
    assert [job.id for job in api.find_jobs(statuses=["pending", "failed"])] == ["0", "2"]
    assert [job.id for job in api.find_jobs(target_id="5")] == ["0"]
    assert [job.id for job in api.find_jobs(engine_id=TRANSLATION)] == ["0", "1"]


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


# --- results ----------------------------------------------------------------------------------------------------------

DOCUMENT = {"sourceEngineId": TRANSLATION, "object": [{"text": "Grüße"}]}


def output(contents: str | None, valid: bool | None = True) -> httpx.Response:
    return answer(output={"name": NAME, "size": 1, "contents": contents, "contentsValid": valid})


def test_results_are_the_documents_among_the_outputs(server: EdgeServer) -> None:
    server.on(OUTPUTS, outputs("log.txt", NAME)).on(OUTPUT, output(json.dumps(DOCUMENT)))
    api = server.api()
    (result,) = api.engine_results(job_id=JOB)
    assert (result.name, result.engine_id, result.jsondata) == (NAME, TRANSLATION, DOCUMENT)
    assert api.engine_results(job_id=JOB, engine_ids=["another"]) == []


def _pieces() -> list[str]:
    content = json.dumps(DOCUMENT).encode()
    return [base64.b64encode(part).decode() for part in (content[:10], content[10:])]


@pytest.mark.parametrize(
    "told", [output(None), output("", None), output('{"cut', True), output(json.dumps({"wrong": 1}), False)]
)
@pytest.mark.parametrize("downloaded", [httpx.Response(200, json=_pieces()), httpx.Response(200, json=DOCUMENT)])
def test_contents_that_do_not_come_along_are_downloaded(
    server: EdgeServer, told: httpx.Response, downloaded: httpx.Response
) -> None:
    server.on(OUTPUTS, outputs(NAME)).on(OUTPUT, told).on(DOWNLOAD, downloaded)
    (result,) = server.api().engine_results(job_id=JOB)
    assert result.jsondata == DOCUMENT


def test_a_document_that_is_a_list_of_words_is_no_list_of_pieces(server: EdgeServer) -> None:
    server.on(OUTPUTS, outputs(NAME)).on(OUTPUT, output(None))
    server.on(DOWNLOAD, httpx.Response(200, json=["not base64!", "at all"]))
    (result,) = server.api().engine_results(job_id=JOB)
    assert (result.jsondata, result.engine_id) == (["not base64!", "at all"], None)


def downloaded(api: Any, server: EdgeServer, content: bytes, size: int | None = None) -> Any:
    server.on(OUTPUTS, answer(outputs=[{"name": NAME, "size": size}])).on(OUTPUT, error(404))
    server.on(DOWNLOAD, httpx.Response(200, content=content))
    (result,) = api.engine_results(job_id=JOB)
    return result.jsondata


def test_a_document_that_looks_like_pieces_of_base64(server: EdgeServer) -> None:
    api = server.api()
    words = json.dumps(["also", "good", "text"]).encode()
    assert downloaded(api, server, words) == ["also", "good", "text"]
    # What its pieces hold would be a document as well: the listed size tells.
    numbers = json.dumps([base64.b64encode(b"123").decode()]).encode()
    assert downloaded(api, server, numbers, size=len(numbers)) == ["MTIz"]
    assert downloaded(api, server, numbers, size=3) == 123
    assert downloaded(api, server, numbers) == 123
    assert downloaded(api, server, json.dumps(base64.b64encode(b"{}").decode()).encode()) == {}
    assert downloaded(api, server, b"null") is None
    assert downloaded(api, server, b"[]") == []


@pytest.mark.parametrize("odd", [{"id": 1}, ["a"], 7, None, True, ""])
def test_a_document_may_name_its_engine_oddly(server: EdgeServer, odd: Any) -> None:
    document = {"sourceEngineId": odd, "taskId": odd, "tdoId": odd}
    server.on(OUTPUTS, outputs(NAME)).on(OUTPUT, output(json.dumps(document)))
    (result,) = server.api().engine_results(job_id=JOB)
    assert result.jsondata == document
    assert (result.engine_id, result.task_id) == (("7", "7") if odd == 7 else (None, None))


def test_an_output_of_another_name_is_not_taken(server: EdgeServer) -> None:
    server.on(OUTPUTS, outputs(NAME)).on(OUTPUT, answer(output={"name": "other.json", "contents": "{}"}))
    with pytest.raises(errors.ServerFailure, match=r"another output, other\.json"):
        server.api().engine_results(job_id=JOB)


def test_a_document_that_is_none_is_told(server: EdgeServer) -> None:
    server.on(OUTPUTS, outputs(NAME)).on(OUTPUT, output(None)).on(DOWNLOAD, httpx.Response(200, text="plain"))
    with pytest.raises(errors.ServerFailure, match="is not JSON, though its name says so"):
        server.api().engine_results(job_id=JOB)


# --- engines ----------------------------------------------------------------------------------------------------------


def test_engines_come_with_their_categories_and_fields(server: EdgeServer) -> None:
    fields = json.dumps([{"name": "url", "type": "Text", "required": True}, "odd", {"name": "untyped"}])
    engines = [
        {
            "engineID": TRANSLATION,
            "engineName": "Spanish to English",
            "engineCategoryID": "c-1",
            "engineState": "active",
            "engineType": "chunk",
            "fieldsJSON": fields,
        },
        {"engineID": "9e611ad7-2d3b-48f6-a51b-0a1ba40fe255", "engineName": "Adapter", "fieldsJSON": "odd"},
    ]
    categories = [{"engineCategoryID": "c-1", "engineCategoryName": "Translate", "engineCategoryType": "translate"}]
    server.on(ENGINES, page(engines, 100)).on(CATEGORIES, answer(success=True, result=categories))
    api = server.api()
    found = api.engines([TRANSLATION, "0" * 8 + "-0000-0000-0000-" + "0" * 12])
    assert list(found) == [TRANSLATION]
    engine = found[TRANSLATION]
    assert engine.category is not None
    assert (engine.name, engine.state, engine.mode, engine.category.name) == (
        "Spanish to English",
        "active",
        "chunk",
        "Translate",
    )
    assert [field.name for field in engine.fields] == ["url"]
    assert [engine.name for engine in api.find_engines(name="ADAPT")] == ["Adapter"]
    assert [engine.id for engine in api.find_engines(category="translate")] == [TRANSLATION]
    assert [engine.id for engine in api.find_engines(of_type="Translate")] == [TRANSLATION]
    assert [category.id for category in api.engine_categories("Translate")] == ["c-1"]
    assert list(api.engine_categories("Ingestion")) == []


@pytest.mark.parametrize("failure", [error(403), error(404), error(501)])
def test_engines_do_without_categories(server: EdgeServer, failure: httpx.Response) -> None:
    server.on(ENGINES, page([{"engineID": TRANSLATION}], 100)).on(CATEGORIES, failure)
    engine = server.api().engines([TRANSLATION])[TRANSLATION]
    assert (engine.id, engine.category) == (TRANSLATION, None)
