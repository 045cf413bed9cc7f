"""Holding requests and answers of the Edge REST API against its OpenAPI definition, where that is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

CONTRACT = Path(__file__).parents[3] / "shared" / "aiware" / "edge-openapi.yaml"
HOST, BASE = "https://api.aiware.com", "/edge/v1"
"""Where the definition says that the API is."""
MISSPELT = {"JobDetail": "internalOrganizationID", "TaskDetail": "engineID"}
"""What the definition requires under another name than the one under which it defines it."""

MISSING = f"there is no {CONTRACT.name} beside the project"

needs_contract = pytest.mark.skipif(not CONTRACT.is_file(), reason=MISSING)


@cache
def definition() -> dict[str, Any]:
    """The definition, with its slips mended: required names that it misspells, and a 204 that has a body."""
    content: dict[str, Any] = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    for name, required in MISSPELT.items():
        content["components"]["schemas"][name]["required"] = [required]
    del content["paths"]["/proc/job/{JobID}/delete"]["post"]["responses"]["204"]["content"]
    return content


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
    where = f"{BASE}{path.partition(BASE)[2]}"
    headers = {"api_key": "checked by the server"}
    return MockRequest(HOST, method.lower(), where, args=dict(query), headers=headers, data=content or None)


def _texts(errors: Iterable[Exception]) -> list[str]:
    return [f"{error}: {_details(error)}" for error in errors]


def _details(error: Exception) -> str:
    cause = error.__cause__
    errors = getattr(cause, "schema_errors", None) or [cause]
    return "; ".join(f"{'.'.join(map(str, getattr(one, 'path', ())))} {getattr(one, 'message', one)}" for one in errors)
