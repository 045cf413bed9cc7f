"""Requests to aiWARE Edge: what goes along with each, and what happens to failures."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.settings import Credentials
from tests.unit.api.edge_server import JOB, TASKS, URL, EdgeServer, answer, error

if TYPE_CHECKING:
    from aiware_resources.api import Api
    from tests.unit.api.conftest import Script

CREATE, STATUS = "POST /proc/job/create", f"GET /proc/job/{JOB}/status"
DETAIL, OUTPUTS = f"GET /proc/job/{JOB}/detail", f"GET /proc/job/{JOB}/outputs"
LOGIN = "POST /admin/users/login"
RUNNING = answer(job={"internalJobID": JOB, "jobStatus": "running"})
PASSWORD = Credentials(username="me@example.com", password=SecretStr("hunter22"))


@pytest.fixture
def server(script: Script) -> EdgeServer:
    return EdgeServer(script)


def correlation_ids(server: EdgeServer) -> list[str]:
    return [request.headers["x-correlation-id"] for request in server.script.requests]


def test_every_request_has_a_correlation_id_of_its_own(server: EdgeServer) -> None:
    server.on(STATUS, error(503), RUNNING)
    server.api().jobs([JOB])
    ids = correlation_ids(server)
    assert len(set(ids)) == len(ids) == 2
    assert all(str(uuid.UUID(id_)) == id_ for id_ in ids)


@pytest.mark.parametrize(
    ("setting", "header", "value"),
    [
        ("authorization", "authorization", "Bearer token-1"),
        ("api_key", "api_key", "token-1"),
    ],
)
def test_the_token_goes_along_in_the_header_that_is_set(
    server: EdgeServer, setting: str, header: str, value: str
) -> None:
    server.on(STATUS, RUNNING)
    server.api(auth_header=setting).jobs([JOB])
    (request,) = server.script.requests
    assert {name: request.headers[name] for name in ("authorization", "api_key") if name in request.headers} == {
        header: value
    }


def test_an_error_shows_the_correlation_id_of_the_answer(server: EdgeServer) -> None:
    refused = error(400, "engineId is unknown", detail="tasks[0]")
    refused.headers["X-Correlation-Id"] = "of-the-answer"
    server.on(CREATE, refused)
    with pytest.raises(errors.BadRequest) as caught:
        server.api().create_job(TASKS)
    assert caught.value.request_id == "of-the-answer"
    assert str(caught.value).startswith(
        "createJob failed: engineId is unknown: tasks[0] [some_error, HTTP 400, request of-the-answer]."
    )


@pytest.mark.parametrize("failure", [error(400), httpx.ReadTimeout("too long")])
def test_an_error_shows_that_of_the_request_where_the_answer_has_none(
    server: EdgeServer, failure: httpx.Response | Exception
) -> None:
    server.on(CREATE, failure)
    with pytest.raises(errors.ApiError) as caught:
        server.api().create_job(TASKS)
    assert caught.value.request_id == correlation_ids(server)[-1]
    assert caught.value.request_id in str(caught.value)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (error(400), errors.BadRequest),
        (error(401), errors.AuthenticationFailed),
        (error(403), errors.NotAllowed),
        (error(404), errors.NotFound),
        (error(405), errors.WrongUrl),
        (error(429), errors.RateLimited),
        (error(501), errors.NotImplementedByServer),
        (error(503), errors.ServerFailure),
        (httpx.Response(404, text="<html>nginx"), errors.WrongUrl),
        (httpx.Response(302, headers={"location": "https://login.example"}), errors.WrongUrl),
        (httpx.Response(200, text="<html>welcome"), errors.ServerFailure),
        (httpx.Response(200, json=["a bare array"]), errors.ServerFailure),
        (answer(success=False, error={"description": "it is broken"}), errors.BadRequest),
        (answer(success=False, error={"id": "not_found"}), errors.NotFound),
        (answer(success=False, error={"id": "internal_error"}), errors.BadRequest),
        (answer(success=False, error="it is broken"), errors.BadRequest),
        (answer(success=False), errors.BadRequest),
        (answer(job={"jobStatus": "running"}), errors.ServerFailure),
        (httpx.ConnectError("refused"), errors.NotSent),
    ],
)
def test_failures_of_a_read(
    server: EdgeServer, response: httpx.Response | Exception, expected: type[errors.ApiError]
) -> None:
    server.on(DETAIL, response)
    with pytest.raises(expected) as caught:
        server.api().job_details(JOB)
    assert caught.value.operation == "get_job_detail"
    assert caught.value.object_id == JOB


def test_a_wrong_address_is_told_from_a_missing_object(server: EdgeServer) -> None:
    server.on("GET /proc/jobs", error(404))
    with pytest.raises(errors.WrongUrl, match=r"There is no aiWARE Edge at .* should look like http://<host>:9000"):
        list(server.api().find_jobs())


@pytest.mark.parametrize(
    "failure",
    [
        error(502),
        error(503),
        error(500),
        httpx.Response(200, text="<html>welcome"),
        answer(internalJobIds=[]),
        answer(internalJobIds=None),
        answer(internalJobIds=[JOB, JOB]),
        answer(internalJobIds=["17"]),
        answer(internalJobIds=["00000000-0000-0000-0000-000000000000"]),
        answer(success=False, internalJobIds=[JOB]),
        answer(somethingElse=1),
        httpx.ReadTimeout("too long"),
        httpx.RemoteProtocolError("cut"),
    ],
)
def test_a_lost_answer_is_no_reason_to_submit_again(server: EdgeServer, failure: httpx.Response | Exception) -> None:
    server.on(CREATE, failure)
    with pytest.raises(errors.AnswerLost):
        server.api().create_job(TASKS)
    assert server.asked() == [CREATE]


def test_secrets_in_a_payload_are_kept_out_of_errors(server: EdgeServer) -> None:
    payload = {"auth": {"token": "hidden-token"}, "url": "https://x.test/a?signature=hidden"}
    server.on(CREATE, error(400, f"cannot use {json.dumps(payload)}"))
    with pytest.raises(errors.BadRequest) as caught:
        server.api().create_job({"tasks": [{"engineId": "e", "payload": payload}]})
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("failure", [error(429), httpx.ConnectError("refused"), httpx.ConnectTimeout("too long")])
def test_what_was_surely_not_taken_is_submitted_again(server: EdgeServer, failure: httpx.Response | Exception) -> None:
    server.on(CREATE, failure, answer(internalJobIds=[JOB]))
    assert server.api().create_job(TASKS).id == JOB
    assert server.asked() == [CREATE, CREATE]


def test_retry_after_is_honored(server: EdgeServer) -> None:
    limited = error(429)
    limited.headers["Retry-After"] = "7"
    server.on(STATUS, limited, RUNNING)
    server.api().jobs([JOB])
    assert sum(server.script.sleeps) >= 7


# --- logging in -------------------------------------------------------------------------------------------------------


def logged_in(token: str) -> httpx.Response:
    user = {"userID": "u-1", "userName": "me@example.com", "internalOrganizationID": "o-1"}
    return answer(success=True, token=token, result=user)


def test_a_login_tells_who_we_are_and_whose_the_jobs_are(server: EdgeServer) -> None:
    server.on(LOGIN, logged_in("session-1")).on(CREATE, answer(internalJobIds=[JOB]))
    api = server.api(PASSWORD, organization=None)
    api.create_job(TASKS)
    user = api.me()
    assert (user.id, user.name, user.organization_id) == ("u-1", "me@example.com", "o-1")
    assert server.asked() == [LOGIN, CREATE]
    login, job = server.bodies()
    assert login == {"username": "me@example.com", "password": "hunter22"}
    assert job["jobs"][0]["internalOrganizationID"] == "o-1"
    assert server.script.tokens == [None, "Bearer session-1"]


def test_the_organization_that_is_set_wins(server: EdgeServer) -> None:
    server.on(LOGIN, logged_in("session-1")).on(CREATE, answer(internalJobIds=[JOB]))
    server.api(PASSWORD, organization="o-2").create_job(TASKS)
    assert server.bodies()[1]["jobs"][0]["internalOrganizationID"] == "o-2"


def test_without_any_organization_it_is_the_tokens(server: EdgeServer) -> None:
    server.on(LOGIN, answer(token="session-1")).on(CREATE, answer(internalJobIds=[JOB]))
    server.api(PASSWORD, organization=None).create_job(TASKS)
    server.api(organization=None).create_job(TASKS)
    assert ["internalOrganizationID" in body["jobs"][0] for body in server.bodies() if "jobs" in body] == [False, False]


def test_an_expired_session_is_renewed_once(server: EdgeServer) -> None:
    def status(request: httpx.Request) -> httpx.Response:
        return RUNNING if request.headers["authorization"] == "Bearer session-2" else error(401, "expired")

    server.on(LOGIN, logged_in("session-1"), logged_in("session-2")).on(STATUS, status)
    assert server.api(PASSWORD).jobs([JOB])[JOB].status == "running"
    assert server.asked() == [LOGIN, STATUS, LOGIN, STATUS]


def test_a_token_that_is_refused_says_what_to_do(server: EdgeServer) -> None:
    server.on(STATUS, error(401, "who are you"))
    with pytest.raises(errors.AuthenticationFailed, match="pulumi config set --secret aiware:token"):
        server.api().jobs([JOB])
    assert server.asked() == [STATUS]


@pytest.mark.parametrize(
    "refusal",
    [
        error(401, "wrong password: hunter22"),
        error(403, "blocked"),
        error(400, "no such user"),
        answer(success=False, error={"description": "wrong password"}),
        answer(success=False, error="wrong password: hunter22"),
        answer(Success=False),
        answer(success=True),
    ],
)
def test_a_refused_login_is_not_tried_again_and_tells_no_password(server: EdgeServer, refusal: httpx.Response) -> None:
    server.on(LOGIN, refusal)
    api = server.api(PASSWORD)
    for _ in range(2):
        with pytest.raises(errors.AuthenticationFailed) as caught:
            api.jobs([JOB])
        assert "hunter22" not in str(caught.value)
    assert server.asked() == [LOGIN]


@pytest.mark.parametrize(
    "fault",
    [
        error(502),
        error(429),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.ReadTimeout("slow"),
    ],
)
def test_a_login_that_fails_for_the_moment_is_tried_again(
    server: EdgeServer, fault: httpx.Response | Exception
) -> None:
    server.on(LOGIN, fault, logged_in("session-1")).on(STATUS, RUNNING)
    assert server.api(PASSWORD).jobs([JOB])[JOB].status == "running"
    assert server.asked() == [LOGIN, LOGIN, STATUS]


def test_a_login_is_sent_as_an_api_key_where_that_is_set(server: EdgeServer) -> None:
    server.on(LOGIN, logged_in("session-1")).on(STATUS, error(401), RUNNING)
    assert server.api(PASSWORD, auth_header="api_key").jobs([JOB])[JOB].status == "running"
    assert [request.headers.get("api_key") for request in server.script.requests] == [None, "session-1"] * 2
    assert server.script.tokens == [None] * 4


def test_a_given_token_is_tried_out_and_tells_of_no_user(server: EdgeServer) -> None:
    server.on("GET /proc/jobs", answer(result=[]), error(501), error(401))
    api = server.api()
    for _ in range(2):
        with pytest.raises(errors.NotFound, match="does not show whose a token is"):
            api.me()
    with pytest.raises(errors.AuthenticationFailed):
        api.me()


def test_the_token_is_for_the_own_host_only(server: EdgeServer) -> None:
    api = server.api()
    assert api.token_for(f"{URL}/files/1") == SecretStr("token-1")
    assert api.token_for("https://edge.example/files/1") is None
    assert api.url == URL


# --- what Edge lacks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call",
    [
        lambda api: api.clusters(["rt-1"]),
        lambda api: api.all_clusters(),
        lambda api: api.tdos(["1"]),
        lambda api: api.assets("1"),
        lambda api: api.export_requests(["1"]),
        lambda api: api.launch_single_engine_job("e", fields={}),
        lambda api: api.engine_results(tdo_id="1", engine_ids=["e"]),
        lambda api: list(api.find_jobs(cluster_id="rt-1")),
    ],
)
def test_what_edge_lacks_is_told_without_a_request(server: EdgeServer, call: Callable[[Api], Any]) -> None:
    with pytest.raises(errors.NotImplementedByServer, match="aiWARE Edge has no"):
        call(server.api())
    with pytest.raises(errors.NotImplementedByServer, match="submits a failed job of the stack again"):
        server.api().retry_job(JOB)
    assert server.asked() == []
