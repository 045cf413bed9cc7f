"""HTTP requests to aiWARE Edge: each with a correlation id, everything but a plain success turned into a `Failure`."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.edge.operations import Operation
from aiware_resources.api.failures import Failure, from_status
from aiware_resources.api.retrying import RequestFailed
from aiware_resources.api.transport import json_of, whole_answer

CORRELATION_ID = "X-Correlation-Id"
_NAME = re.compile(r"[A-Za-z][A-Za-z_]*")

Query = Mapping[str, str | int]


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        operation: What is asked for.
        path: Values of the path's parameters, by name.
        query: Values of the query.
        body: The JSON body, if it has one.
    """

    operation: Operation
    path: Mapping[str, str] = field(default_factory=dict)
    query: Query = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reply:
    """An answer with a success code.

    Attributes:
        content: Its body, as it came.
        request_id: The correlation id of request and answer.
    """

    content: bytes
    request_id: str


class RestTransport:
    """Sends requests to one aiWARE Edge.

    Args:
        url: Its base address.
        client: The HTTP client to use.
        auth_header: Header that carries the token.
    """

    def __init__(self, url: str, client: httpx.Client, auth_header: Literal["authorization", "api_key"]) -> None:
        self.url = url.rstrip("/")
        self._client = client
        self._auth_header = auth_header

    def send(self, request: Request, token: SecretStr | None) -> Reply:
        """Sends a request once.

        Raises:
            RequestFailed: If there was no answer, or one without a success code.
        """
        # A number of its own for each attempt: the server's log has each of them.
        request_id = str(uuid.uuid4())
        headers = {CORRELATION_ID: request_id, "Accept": "application/json", **self._authentication(token)}
        try:
            response, content = whole_answer(
                self._client,
                request.operation.method,
                self._address(request),
                params=dict(request.query) or None,
                json=request.body,
                headers=headers,
            )
            failure = _failure(response, content, request.operation)
        except RequestFailed as error:
            raise RequestFailed(replace(error.failure, request_id=request_id)) from error
        answered = response.headers.get(CORRELATION_ID, request_id)
        if failure is not None:
            raise RequestFailed(replace(failure, request_id=answered))
        return Reply(content, answered)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._client.close()

    def _address(self, request: Request) -> str:
        values = {name: quote(value, safe="") for name, value in request.path.items()}
        return self.url + request.operation.path.format(**values)

    def _authentication(self, token: SecretStr | None) -> dict[str, str]:
        if token is None:
            return {}
        text = token.get_secret_value()
        return {"api_key": text} if self._auth_header == "api_key" else {"Authorization": f"Bearer {text}"}


def _failure(response: httpx.Response, content: bytes, operation: Operation) -> Failure | None:
    """Classifies an answer; Edge's own errors are `{id, description, detail}`."""
    if from_status(response.status_code, response.headers) is None:
        return None
    error = json_of(content, response.status_code)
    error = error if isinstance(error, dict) else None
    failure = from_status(response.status_code, response.headers, words_of(error))
    if failure is None:
        return None
    if failure.status in (404, 410) and operation.is_about_an_object and error is not None:
        # What answers in JSON is Edge: the address is right, and the object is missing.
        failure = replace(failure, error=errors.NotFound)
    name = str((error or {}).get("id") or "")
    # Ids of single errors are no names.
    return replace(failure, name=name) if _NAME.fullmatch(name) else failure


def words_of(error: Any) -> str:
    """What an error of Edge says in words: `{id, description, detail}`, a text, or either of them in an answer."""
    if isinstance(error, str):
        return error.strip()
    if not isinstance(error, Mapping):
        return ""
    parts = [str(part).strip() for key in ("description", "detail") if (part := error.get(key))]
    others = (words_of(error.get(key)) for key in ("message", "error", "id"))
    return ": ".join(dict.fromkeys(parts)) or next(filter(None, others), "")
