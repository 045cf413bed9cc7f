"""Holding requests and answers of the Edge REST API against its definition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.contracts.edge import BASE, definition

HOST = BASE.removesuffix(urlsplit(BASE).path)
PATH = urlsplit(BASE).path


def request_problems(entry: Mapping[str, Any]) -> list[str]:
    """What is wrong with a request, by the definition.

    Args:
        entry: an entry of the local aiWARE's request log, recorded under `{"recordRequests": true}`.
    """
    content = json.dumps(entry["body"]).encode() if "body" in entry else None
    return _texts(_contract().iter_request_errors(_request(entry["method"], entry["path"], entry["query"], content)))


def answer_problems(response: httpx.Response) -> list[str]:
    """What is wrong with the answer to a request that the definition knows."""
    sent = response.request
    request = _request(sent.method, sent.url.path, dict(sent.url.params), sent.content)
    answer = MockResponse(
        response.content, response.status_code, dict(response.headers), response.headers.get("content-type", "")
    )
    return _texts(_contract().iter_response_errors(request, answer))


@cache
def _contract() -> OpenAPI:
    return OpenAPI.from_dict(definition())


def _request(method: str, path: str, query: Mapping[str, Any], content: bytes | None) -> MockRequest:
    where = f"{PATH}{path.partition(PATH)[2]}"
    headers = {"api_key": "checked by the server"}
    return MockRequest(HOST, method.lower(), where, args=dict(query), headers=headers, data=content or None)


def _texts(errors: Iterable[Exception]) -> list[str]:
    return [f"{error}: {_details(error)}" for error in errors]


def _details(error: Exception) -> str:
    cause = error.__cause__
    errors = getattr(cause, "schema_errors", None) or [cause]
    return "; ".join(f"{'.'.join(map(str, getattr(one, 'path', ())))} {getattr(one, 'message', one)}" for one in errors)
