"""The two tables of errors: from HTTP codes and error names to exceptions, for reads and for mutations."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import httpx
import pytest

from aiware_resources import errors
from aiware_resources.api.cloud.clusters import CLUSTERS_NAMED
from aiware_resources.api.cloud.tdos import DELETE_TDO
from aiware_resources.api.failures import GRAPHQL_NAMES, Cause, from_entry, from_network, from_status

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script

READ, MUTATION = CLUSTERS_NAMED, DELETE_TDO

HTTP = [
    (301, errors.WrongUrl, errors.WrongUrl),
    (400, errors.BadRequest, errors.BadRequest),
    (401, errors.AuthenticationFailed, errors.AuthenticationFailed),
    (403, errors.NotAllowed, errors.NotAllowed),
    (404, errors.WrongUrl, errors.WrongUrl),
    (405, errors.WrongUrl, errors.WrongUrl),
    (408, errors.ServerFailure, errors.AnswerLost),
    (413, errors.BadRequest, errors.BadRequest),
    (425, errors.ServerFailure, errors.AnswerLost),
    (429, errors.RateLimited, errors.RateLimited),
    (500, errors.ServerFailure, errors.AnswerLost),
    (501, errors.NotImplementedByServer, errors.NotImplementedByServer),
    (502, errors.ServerFailure, errors.AnswerLost),
    (503, errors.ServerFailure, errors.AnswerLost),
    (504, errors.ServerFailure, errors.AnswerLost),
    (599, errors.ServerFailure, errors.AnswerLost),
]
NAMES = [
    ("not_found", errors.NotFound, errors.NotFound),
    ("not_allowed", errors.NotAllowed, errors.NotAllowed),
    ("invalid_input", errors.InvalidInput, errors.InvalidInput),
    ("authentication_error", errors.AuthenticationFailed, errors.AuthenticationFailed),
    ("capacity_exceeded", errors.CapacityExceeded, errors.AnswerLost),
    ("rate_limited", errors.RateLimited, errors.RateLimited),
    ("service_unavailable", errors.ServerFailure, errors.AnswerLost),
    ("service_failure", errors.ServerFailure, errors.AnswerLost),
    ("internal_error", errors.ServerFailure, errors.AnswerLost),
    ("not_implemented", errors.NotImplementedByServer, errors.NotImplementedByServer),
    ("a_name_of_tomorrow", errors.ApiError, errors.AnswerLost),
    (None, errors.ApiError, errors.AnswerLost),
]
SENT_AGAIN = {errors.ServerFailure, errors.RateLimited, errors.CapacityExceeded}


@pytest.mark.parametrize(("status", "of_a_read", "of_a_mutation"), HTTP)
def test_http_codes(
    script: Script, status: int, of_a_read: type[errors.ApiError], of_a_mutation: type[errors.ApiError]
) -> None:
    script.play(httpx.Response(status, headers={"x-request-id": "r1"}, text="<html>")).requests.clear()
    api = script.api()
    with pytest.raises(errors.ApiError) as read:
        api.clusters_named("c")
    assert type(read.value) is of_a_read
    assert (read.value.operation, read.value.status, read.value.request_id) == ("clusters", status, "r1")
    assert len(script.requests) == (4 if of_a_read in SENT_AGAIN else 1)
    script.requests.clear()
    with pytest.raises(errors.ApiError) as mutation:
        api.delete_tdo("42")
    assert type(mutation.value) is of_a_mutation
    assert (mutation.value.operation, mutation.value.object_id) == ("deleteTDO", "42")
    assert len(script.requests) == (4 if of_a_mutation is errors.RateLimited else 1)
    assert mutation.value.remedy


@pytest.mark.parametrize(("name", "of_a_read", "of_a_mutation"), NAMES)
def test_error_names(
    script: Script, name: str | None, of_a_read: type[errors.ApiError], of_a_mutation: type[errors.ApiError]
) -> None:
    api = script.api()
    script.play(script.answer(None, script.entry(name, "clusters", requestId="r1", objectId="c1")))
    with pytest.raises(errors.ApiError) as read:
        api.clusters_named("c")
    assert type(read.value) is of_a_read
    assert (read.value.name, read.value.request_id, read.value.object_id) == (name, "r1", "c1")
    assert len(script.requests) == (4 if of_a_read in SENT_AGAIN else 1)
    script.requests.clear()
    script.play(script.answer({"deleteTDO": None}, script.entry(name, "deleteTDO")))
    with pytest.raises(errors.ApiError) as mutation:
        api.delete_tdo("42")
    assert type(mutation.value) is of_a_mutation
    assert len(script.requests) == (4 if of_a_mutation is errors.RateLimited else 1)


def test_each_documented_name_is_in_the_table() -> None:
    assert {name for name, _, _ in NAMES} - {None, "a_name_of_tomorrow"} == set(GRAPHQL_NAMES)


def test_a_success_is_no_failure() -> None:
    assert from_status(200, {}) is None
    assert from_status(206, {}) is None


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (httpx.ConnectError("refused"), Cause.UNREACHED),
        (httpx.ConnectTimeout("slow"), Cause.UNREACHED),
        (httpx.PoolTimeout("busy"), Cause.UNREACHED),
        (httpx.ProxyError("no"), Cause.UNREACHED),
        (httpx.ReadTimeout("slow"), Cause.FAILING),
        (httpx.WriteTimeout("slow"), Cause.FAILING),
        (httpx.ReadError("cut"), Cause.FAILING),
        (httpx.WriteError("cut"), Cause.FAILING),
        (httpx.RemoteProtocolError("cut"), Cause.FAILING),
        (httpx.DecodingError("bad gzip"), Cause.FAILING),
    ],
)
def test_network_failures(error: httpx.RequestError, cause: Cause) -> None:
    assert from_network(error).cause is cause


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        (ssl.SSLCertVerificationError("certificate verify failed"), Cause.UNTRUSTED),
        (ssl.SSLError("wrong version number"), Cause.UNTRUSTED),
        (ssl.SSLEOFError("ended"), Cause.UNREACHED),
        (OSError("refused"), Cause.UNREACHED),
    ],
)
def test_tls_failures_are_told_from_others(reason: Exception, cause: Cause) -> None:
    error = httpx.ConnectError(str(reason))
    error.__cause__ = reason
    assert from_network(error).cause is cause


def test_an_entry_without_anything_is_still_a_failure() -> None:
    failure = from_entry({}, {})
    assert (failure.error, failure.message, failure.path) == (errors.ApiError, "an error without a message", ())


def test_a_service_message_is_added_once() -> None:
    said = {"message": "Job failed.", "data": {"serviceMessage": "Job failed."}}
    assert from_entry(said, {}).message == "Job failed."
    assert from_entry({**said, "data": {"serviceMessage": "no disk"}}, {}).message == "Job failed. (no disk)"
