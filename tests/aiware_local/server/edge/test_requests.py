"""What all requests to Edge have in common: tokens, headers, errors, the rate limit, faults, the request log."""

from __future__ import annotations

import time
import uuid
from typing import Any

import httpx
import pytest

from aiware_local.installation.auth import USER_NAME
from aiware_local.installation.errors import ErrorName
from aiware_local.launcher import EDGE_PATH, ORGANIZATION_UUID
from aiware_local.server.edge.api import OPERATIONS
from aiware_local.server.edge.errors import STATUS_OF
from tests.aiware_local.edge_support import NOWHERE, Edge, is_uuid, translation_job
from tests.aiware_local.support import Local
from tests.support.edge_contract import request_problems

JOBS = "/proc/jobs"
CREATE = "/proc/job/create"
LOGIN = "/admin/users/login"


async def _log(local: Local) -> dict[str, Any]:
    report: dict[str, Any] = (await local.http.get("/_local/requests")).json()
    return report


async def _job_count(local: Local) -> int:
    return len((await local.http.get("/_local/objects")).json()["jobs"])


# --- tokens and login ------------------------------------------------------------------------------------------------


async def test_every_operation_but_login_needs_a_token(edge: Edge) -> None:
    answers = {}
    for operation in OPERATIONS:
        path = operation.path.replace("{JobID}", NOWHERE).replace("{JobOutputName}", "a.json")
        answers[operation.id] = await edge.refused(operation.method, path, token="wrong", json={})
    assert answers.pop("login_user")[0] == 400
    assert {status for status, _ in answers.values()} == {401}


async def test_both_headers(local: Local, edge: Edge) -> None:
    async def status(**headers: str) -> int:
        return (await local.http.get(f"{EDGE_PATH}{JOBS}", headers=headers)).status_code

    assert await status(authorization=f"Bearer {local.token}") == 200
    assert await status(api_key=local.token) == 200
    assert await status(authorization=f"Bearer {local.token}", api_key="wrong") == 200
    assert await status(authorization="Bearer wrong", api_key=local.token) == 401
    assert await status(authorization=local.token) == 401
    assert await status(api_key="") == 401
    assert await status() == 401


async def test_login(local: Local, edge: Edge) -> None:
    credentials = local.installation.tokens.credentials
    response = await edge.send("POST", LOGIN, json={"username": USER_NAME, "password": credentials.password})
    body = response.json()
    assert (response.status_code, body["success"]) == (200, True)
    user = body["result"]
    assert (user["userName"], user["internalOrganizationID"]) == (USER_NAME, ORGANIZATION_UUID)
    assert user["userID"] == (await local.ask("{ me { id } }"))["me"]["id"]
    assert (await edge.send("GET", JOBS, token=body["token"])).status_code == 200
    assert (await local.post("{ me { id } }", token=body["token"])).json()["data"]["me"]
    await local.http.post("/_local/tokens/expire")
    assert (await edge.send("GET", JOBS, token=body["token"])).status_code == 401


async def test_login_of_graphql_opens_edge(local: Local, edge: Edge) -> None:
    password = local.installation.tokens.credentials.password
    query = "mutation($u: String!, $p: String!) { userLogin(input: {userName: $u, password: $p}) { token } }"
    token = (await local.ask(query, u=USER_NAME, p=password))["userLogin"]["token"]
    assert (await edge.send("GET", JOBS, token=token)).status_code == 200


async def test_refused_logins(edge: Edge) -> None:
    for body, status in (
        ({"username": USER_NAME, "password": "wrong"}, 401),
        ({"username": "nobody", "password": "wrong"}, 401),
        ({"username": USER_NAME}, 400),
        ({}, 400),
        ({"userName": USER_NAME, "password": "x"}, 400),
        ({"username": 5, "password": "x"}, 400),
    ):
        assert (await edge.refused("POST", LOGIN, json=body))[0] == status


# --- headers and errors ----------------------------------------------------------------------------------------------


async def test_headers(local: Local, edge: Edge) -> None:
    sent = str(uuid.uuid4())
    job_id = await edge.new_job()
    for method, path, token in (
        ("GET", JOBS, None),
        ("GET", "/nothing", None),
        ("GET", JOBS, "wrong"),
        ("POST", f"/proc/job/{job_id}/delete", None),
    ):
        response = await edge.send(method, path, token=token, headers={"X-Correlation-Id": sent})
        assert (response.headers["x-correlation-id"], response.headers["x-aiware-version"]) == (sent, "3.15.2")
        given = (await edge.send(method, path, token=token)).headers["x-correlation-id"]
        assert is_uuid(given)
        assert given != sent


async def test_what_is_not_there(edge: Edge) -> None:
    for path in ("/proc/job", "/proc/jobs/", "/", f"/proc/job/{NOWHERE}/output/"):
        assert await edge.refused("GET", path) == (404, f"There is nothing at {path}.")
    for method, path, allowed in (
        ("DELETE", f"/proc/job/{NOWHERE}/delete", "POST"),
        ("GET", CREATE, "POST"),
        ("OPTIONS", JOBS, "GET"),
    ):
        response = await edge.send(method, path)
        assert (response.status_code, response.headers["allow"]) == (405, allowed)
        assert response.json()["detail"] == f"{path} takes {allowed}, not {method}."
    assert (await edge.send("HEAD", JOBS)).status_code == 405


async def test_bodies_of_errors(edge: Edge) -> None:
    answer = (await edge.send("GET", f"/proc/job/{NOWHERE}/status")).json()
    assert answer == {"id": "not_found", "description": "Not found", "detail": f"There is no job {NOWHERE}."}


# --- rate limit and faults -------------------------------------------------------------------------------------------


async def test_rate_limit(local: Local, edge: Edge) -> None:
    await local.behave(rateLimit={"requests": 2, "seconds": 10})
    assert [(await edge.send("GET", JOBS)).status_code for _ in range(3)] == [200, 200, 429]
    response = await edge.send("GET", JOBS)
    assert (response.headers["retry-after"], response.json()["id"]) == ("10", "too_many_requests")
    assert (await edge.send("POST", LOGIN, json={})).status_code == 400  # counts for itself
    local.clock.advance(10)
    assert (await edge.send("GET", JOBS)).status_code == 200
    assert (await _log(local))["totals"] == {"get_jobs": 3, "login_user": 1}


async def test_faults_of_a_status(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    for action, retry_after in (
        ({"status": 429, "retryAfter": 4}, "4"),
        ({"status": 429}, "1"),
        ({"status": 503}, "1"),
        ({"status": 503, "retryAfter": 2}, "2"),
        ({"status": 501}, None),
        ({"status": 404}, None),
    ):
        await local.fault(match={"operation": "getJobStatus"}, action=action)
        assert (await edge.get(JOBS))["count"] == 1
        response = await edge.send("GET", f"/proc/job/{job_id}/status")
        assert (response.status_code, response.headers.get("retry-after")) == (action["status"], retry_after)
        assert response.json()["detail"] == "The local aiWARE was told to answer so."
        assert await edge.status(job_id) == "pending"


async def _create(local: Local) -> httpx.Response:
    """The answer to createJob, which need not conform to the contract."""
    headers = {"Authorization": f"Bearer {local.token}"}
    return await local.http.post(f"{EDGE_PATH}{CREATE}", json={"jobs": [translation_job()]}, headers=headers)


async def test_faults_of_a_gateway(local: Local) -> None:
    for status in (500, 502, 504):
        await local.fault(match={"operation": "createJob"}, action={"status": status})
        response = await _create(local)
        assert response.status_code == status
        assert response.headers["content-type"].startswith("text/html")
    assert await _job_count(local) == 0


async def test_a_graphql_error_is_the_corresponding_one(local: Local) -> None:
    for name, status in {**STATUS_OF, "anything": 500}.items():
        await local.fault(match={"operation": "createJob"}, action={"graphqlError": name})
        response = await _create(local)
        assert response.status_code == status
        assert response.json()["detail"] == f"The local aiWARE was told to answer so ({name})."
        assert ("retry-after" in response.headers) == (status in (429, 503))
    assert await _job_count(local) == 0
    assert (await _log(local))["totals"] == {}


def test_every_graphql_error_has_a_status() -> None:
    assert STATUS_OF == {
        ErrorName.NOT_FOUND: 404,
        ErrorName.NOT_ALLOWED: 403,
        ErrorName.INVALID_INPUT: 400,
        ErrorName.AUTHENTICATION_ERROR: 401,
        ErrorName.CAPACITY_EXCEEDED: 503,
        ErrorName.RATE_LIMITED: 429,
        ErrorName.SERVICE_UNAVAILABLE: 503,
        ErrorName.SERVICE_FAILURE: 503,
        ErrorName.INTERNAL_ERROR: 500,
        ErrorName.NOT_IMPLEMENTED: 501,
    }


@pytest.mark.parametrize(("action", "applied"), [({"dropResponse": True}, 1), ({"refuse": True}, 0)])
async def test_cut_connections(local: Local, edge: Edge, action: dict[str, Any], applied: int) -> None:
    await local.fault(match={"operation": "createJob"}, action=action)
    with pytest.raises(ConnectionResetError):
        await edge.new_job()
    assert await _job_count(local) == applied
    report = await _log(local)
    assert report["totals"] == ({"createJob": 1} if applied else {})
    assert [entry["status"] for entry in report["requests"]] == [None]


async def test_malformed_and_late_answers(local: Local) -> None:
    headers = {"Authorization": f"Bearer {local.token}"}
    await local.fault(match={"operation": "get_engine_categories"}, action={"malformed": True})
    response = await local.http.get(f"{EDGE_PATH}/admin/engine/categories", headers=headers)
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        response.json()
    await local.fault(action={"delaySeconds": 0.2})
    begun = time.monotonic()
    assert (await local.http.get(f"{EDGE_PATH}{JOBS}", headers=headers)).status_code == 200
    assert time.monotonic() - begun >= 0.2


async def test_faults_hit_both_apis_where_both_have_the_operation(local: Local, edge: Edge) -> None:
    await local.fault(match={"operation": "createJob"}, action={"status": 503}, times=2)
    assert (await edge.send("POST", CREATE, json={"jobs": [translation_job()]})).status_code == 503
    response = await local.post("mutation { createJob(input: {target: {}, tasks: []}) { id } }")
    assert response.status_code == 503
    await local.fault(action={"status": 503})
    assert (await edge.send("GET", "/nothing")).status_code == 503


# --- the request log -------------------------------------------------------------------------------------------------


async def test_the_log(local: Local, edge: Edge) -> None:
    job_id = await edge.new_job()
    await edge.status(job_id)
    await edge.status(job_id)
    await edge.send("GET", JOBS, token="wrong")
    await edge.send("GET", "/nothing", params={"a": "b"})
    await local.ask("query who { me { id } }")
    report = await _log(local)
    assert report["totals"] == {"createJob": 1, "getJobStatus": 2, "me": 1}
    assert report["http"] == 6
    entries = [{key: value for key, value in entry.items() if key != "time"} for entry in report["requests"]]
    status = {
        "operation": "getJobStatus",
        "fields": {"getJobStatus": 1},
        "status": 200,
        "method": "GET",
        "path": f"{EDGE_PATH}/proc/job/{job_id}/status",
    }
    assert entries[1:] == [
        status,
        status,
        {"operation": "get_jobs", "fields": {"get_jobs": 1}, "status": 401, "method": "GET", "path": EDGE_PATH + JOBS},
        {"operation": None, "fields": {}, "status": 404, "method": "GET", "path": f"{EDGE_PATH}/nothing"},
        {"operation": "who", "fields": {"me": 1}, "status": 200},
    ]


async def test_recorded_requests(local: Local, edge: Edge) -> None:
    await local.behave(recordRequests=True)
    await edge.new_job()
    await edge.get(JOBS, limit=5)
    await local.ask("query($id: ID!) { me { id } engines(id: $id) { count } }", id="5")
    await edge.send("POST", CREATE, content=b"{", headers={"Content-Type": "application/json"})
    created, listed, asked, broken = (await _log(local))["requests"]
    assert (created["query"], created["body"]) == ({}, {"jobs": [translation_job()]})
    assert listed["query"] == {"limit": "5"}
    assert "body" not in listed
    assert asked["body"]["variables"] == {"id": "5"}
    assert "body" not in broken
    await local.behave(recordRequests=False)
    await edge.get(JOBS)
    assert "query" not in (await _log(local))["requests"][-1]


async def test_no_secret_is_recorded(local: Local, edge: Edge) -> None:
    await local.behave(recordRequests=True)
    credentials = local.installation.tokens.credentials
    login = {"username": USER_NAME, "password": credentials.password}
    token = (await edge.send("POST", LOGIN, json=login)).json()["token"]
    await edge.send("GET", JOBS, token=token, headers={"api_key": token})
    values = f'{{userName: "{USER_NAME}", password: "{credentials.password}"}}'
    await local.ask(f"mutation {{ userLogin(input: {values}) {{ token }} }}")
    await local.ask("mutation($t: String!) { userLogout(token: $t) }", t=token)
    await local.new_cluster(dockerCredentials={"username": "u", "password": "docker-secret"})
    text = (await local.http.get("/_local/requests")).text
    for secret in (credentials.password, token, local.token, "docker-secret"):
        assert secret not in text
    assert (await _log(local))["requests"][0]["body"] == {"username": USER_NAME, "password": "***"}


async def test_recorded_requests_can_be_held_against_the_contract(local: Local, edge: Edge) -> None:
    await local.behave(recordRequests=True)
    job_id = await edge.new_job()
    await edge.get(JOBS, limit=5, orderBy="createdDateTime", jobID=job_id)
    await edge.send("POST", f"/proc/job/{job_id}/delete")
    await edge.send("POST", CREATE, json={"jobs": [translation_job(dueDateTime=5)]})
    await edge.send("GET", JOBS, params={"limit": "many"})
    problems = [request_problems(entry) for entry in (await _log(local))["requests"]]
    assert [len(found) for found in problems] == [0, 0, 0, 1, 1]
    assert "jobs.0.dueDateTime" in problems[3][0]
