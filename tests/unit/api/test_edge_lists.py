"""What lists of aiWARE Edge hold: jobs, the results among the outputs of a job, and engines."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from aiware_resources import errors
from tests.unit.api.edge_jobs import (
    CATEGORIES,
    DETAIL,
    DOWNLOAD,
    ENGINES,
    JOBS,
    NAME,
    OUTPUT,
    OUTPUTS,
    TRANSLATION,
    listed,
    outputs,
    page,
    server,
)
from tests.unit.api.edge_server import JOB, EdgeServer, answer, error

__all__ = ["server"]


def old(number: int) -> dict[str, Any]:
    return listed(1000 + number, createdDateTime=f"2026-{10 - number // 28:02}-{28 - number % 28:02}T00:00:00Z")


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


WHEN = datetime(2026, 11, 24, tzinfo=UTC)


def bare(count: int, **more: Any) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """A page of a list that goes without config and tasks, or shows them empty, and the details of its jobs."""
    ids = [f"{number:08}-7cb5-4cab-87ea-436c4768904f" for number in range(count)]
    known = {id_: {**listed(number), "internalJobID": id_} for number, id_ in enumerate(ids)}
    details = {id_: {**each, "jobConfigJSON": f'{{"of": "{id_}"}}'} for id_, each in known.items()}
    left_out = {"tasks", "jobConfigJSON"}
    return [{key: each[key] for key in each.keys() - left_out} | more for each in details.values()], details


@pytest.mark.parametrize("shown", [{}, {"jobConfigJSON": None, "tasks": None}, {"jobConfigJSON": "{}", "tasks": []}])
def test_markers_that_a_list_leaves_out_are_read_job_by_job(server: EdgeServer, shown: dict[str, Any]) -> None:
    records, details = bare(20, **shown)
    server.on(JOBS, page(records, 100), page([], 100))
    for id_, detail in details.items():
        server.on(f"GET /proc/job/{id_}/detail", answer(job=detail))
    api, (first, *others) = server.api(), details
    found = list(api.jobs_marked_since(WHEN, known={first}))
    assert [job.id for job in found] == [*details]
    assert [job.job_config for job in found[1:]] == [{"of": id_} for id_ in others]
    # Of what is known nothing more than the list tells is wanted.
    assert not found[0].job_config
    assert sum(asked.endswith("/detail") for asked in server.asked()) == len(others)


def test_a_list_that_tells_the_config_is_enough(server: EdgeServer) -> None:
    server.on(JOBS, page([listed(0, tasks=None, jobConfigJSON='{"pulumiMarker": "m"}'), old(1)], 100))
    (job,) = server.api().jobs_marked_since(WHEN)
    assert job.job_config == {"pulumiMarker": "m"}
    assert {*server.asked()} == {JOBS}


@pytest.mark.parametrize("gone", [error(404), httpx.Response(404, text="no such page"), error(405), error(501)])
def test_a_job_of_a_list_whose_details_cannot_be_had_has_no_marker(server: EdgeServer, gone: httpx.Response) -> None:
    (record,), details = bare(1)
    server.on(JOBS, page([record], 100), page([], 100))
    server.on(f"GET /proc/job/{next(iter(details))}/detail", gone)
    (job,) = server.api().jobs_marked_since(WHEN)
    assert job.job_config is None


def test_details_that_fail_are_not_taken_for_a_job_without_a_marker(server: EdgeServer) -> None:
    (record,), details = bare(1)
    server.on(JOBS, page([record], 100), page([], 100))
    server.on(f"GET /proc/job/{next(iter(details))}/detail", error(503))
    with pytest.raises(errors.ServerFailure):
        list(server.api().jobs_marked_since(WHEN))


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
