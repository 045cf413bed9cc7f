"""What all calls to aiWARE Edge share: sending requests, reading answers, following pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import quote

from aiware_resources import errors
from aiware_resources.api.client import Client
from aiware_resources.api.explain import Subject, record_of, unfit
from aiware_resources.api.failures import (
    CORRELATION_ID,
    GRAPHQL_NAMES,
    Cause,
    Failure,
    Kind,
    RequestFailed,
    from_status,
    malformed,
)
from aiware_resources.api.json_text import read_json
from aiware_resources.api.paging import follow
from aiware_resources.api.records import Record
from aiware_resources.api.transport import Reply

R = TypeVar("R", bound=Record)
T = TypeVar("T")

PAGE_SIZE = 100
"""How many records a page is asked for; a server may give fewer."""

EXAMPLE = "http://<host>:9000/edge/v1"
_NAME = re.compile(r"[A-Za-z][A-Za-z_]*")

Query = Mapping[str, str | int]


@dataclass(frozen=True)
class Operation:
    """One operation (path and method of the Edge REST specification).

    Attributes:
        name: Its operationId.
        method: HTTP method.
        path: Path below the base address, with the names of its parameters in braces.
        kind: Whether it changes something.
        accept: What kinds of answer it has, where that is not JSON alone.
    """

    name: str
    method: str
    path: str
    kind: Kind = Kind.READ
    accept: str = "application/json"

    @property
    def is_about_an_object(self) -> bool:
        """Whether a 404 may mean that the object is missing, rather than that the address is wrong."""
        return "{" in self.path


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


class Calls:
    """Base of the calls about one kind of object.

    Args:
        client: Makes the calls.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def _ask(self, request: Request, said: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Makes a call that answers a JSON object; an answer without a body, as a deletion has, is an empty one.

        Args:
            request: The request.
            said: What it says, where the body says it as JSON text; secrets among that are kept out of errors.

        Returns:
            The object, with the names of its fields in lower case.
        """
        return self._answered(request, lambda reply: _object(reply) if reply.content.strip() else {}, said)

    def _list(self, request: Request) -> Sequence[Any]:
        """Makes a call that answers a list: a bare array, or one in the wrapper that tells of success."""
        return self._answered(request, _records)

    def _pages(
        self, operation: Operation, query: Query, made: Callable[[Any], T], key: Callable[[T], str]
    ) -> Iterator[T]:
        """Follows the pages of a list, and gives each record once.

        What a server says of its pages (`limit`, `count`) is not asked: servers cap pages as they like, and say what
        was asked for.

        Args:
            operation: The list.
            query: What to list.
            made: Makes a record of what the list holds.
            key: Tells the id of a record.
        """

        def read(offset: int) -> list[T]:
            page = self._list(Request(operation, query={**query, "offset": offset, "limit": PAGE_SIZE}))
            return [made(value) for value in page]

        return follow(read, key)

    def _answered(self, request: Request, take: Callable[[Reply], T], said: Mapping[str, Any] | None = None) -> T:
        """Makes a call, and takes from its answer what is wanted.

        Raises:
            ApiError: Of the class that fits.
        """

        def read(reply: Reply) -> T:
            if failure := _failure(reply, request.operation):
                raise RequestFailed(failure)
            return take(reply)

        values = {name: quote(value, safe="") for name, value in request.path.items()}
        return self._client.call(
            self._subject(request),
            read,
            said=said or request.body,
            method=request.operation.method,
            url=self._client.url + request.operation.path.format(**values),
            params=dict(request.query) or None,
            json=request.body,
            headers={"Accept": request.operation.accept},
        )

    def _record(self, record: type[R], value: Any, request: Request) -> R:
        """Makes a record of a part of an answer."""
        return record_of(record, value, self._subject(request), "specification")

    def _unfit(self, what: str, request: Request) -> errors.ApiError:
        """The error of an answer that is of no use."""
        return unfit(what, self._subject(request))

    def _subject(self, request: Request) -> Subject:
        operation = request.operation
        about = request.path.get("job") or request.path.get("task")
        return Subject(operation.name, operation.kind, self._client.url, about, "aiWARE Edge", EXAMPLE)


def new_headers() -> Mapping[str, str]:
    """What each request says: a number of its own for each attempt, since the server's log has each of them."""
    return {CORRELATION_ID: str(uuid.uuid4())}


def is_route_missing(error: errors.ApiError) -> bool:
    """Says whether an installation lacks a route for certain. A 404 leaves open whether the object is missing."""
    return isinstance(error, errors.NotImplementedByServer) or error.status == 405


def is_unknown(error: errors.ApiError) -> bool:
    """Says whether Edge does not know an object, or has no such route."""
    return isinstance(error, errors.NotFound) or error.status in (404, 410)


def _object(reply: Reply) -> Mapping[str, Any]:
    """The JSON object of an answer.

    Raises:
        RequestFailed: If it is something else, or tells of a failure.
    """
    parsed = _parsed(reply)
    if not isinstance(parsed, Mapping):
        raise RequestFailed(malformed("an answer that is not a JSON object"))
    return parsed


def _records(reply: Reply) -> Sequence[Any]:
    """The records of a list.

    Raises:
        RequestFailed: If the answer is not a list, or tells of a failure. One that says nothing is not an empty list.
    """
    answer = _parsed(reply)
    if isinstance(answer, Mapping):
        is_empty = answer.get("result") is None and (answer.get("success") is True or "result" in answer)
        answer = [] if is_empty and not answer.get("count") else answer.get("result")
    if not isinstance(answer, list):
        raise RequestFailed(malformed("an answer without the list that was asked for"))
    return [record for record in answer if record is not None]


def _parsed(reply: Reply) -> Any:
    """The JSON value of an answer; of an object, the names of its fields in lower case.

    Raises:
        RequestFailed: If it is not JSON, or tells of a failure.
    """
    try:
        parsed = read_json(reply.content)
    except ValueError:
        raise RequestFailed(malformed("an answer that is not JSON")) from None
    if not isinstance(parsed, Mapping):
        return parsed
    answer = {str(key).lower(): value for key, value in parsed.items()}
    if answer.get("success") is False:
        raise RequestFailed(_refused(answer))
    return answer


def _refused(answer: Mapping[str, Any]) -> Failure:
    """What an answer with `success: false` means: Edge has understood the request and refuses it.

    One that carries results all the same contradicts itself, and is of no use.
    """
    if any(answer.get(field) for field in ("internaljobids", "internaljobid", "result")):
        return malformed("an answer that tells of a failure and of results")
    error = answer.get("error")
    name = str(error.get("id") or "") if isinstance(error, Mapping) else ""
    cause, kind = GRAPHQL_NAMES.get(name, (Cause.REFUSED, errors.BadRequest))
    if cause is not Cause.REFUSED:
        kind = errors.BadRequest
    said = words_of(error) or "aiWARE Edge refused it and gives no reason"
    return Failure(Cause.REFUSED, kind, said, status=200, name=name or None)


def _failure(reply: Reply, operation: Operation) -> Failure | None:
    """Classifies an answer; Edge's own errors are `{id, description, detail}`."""
    if from_status(reply.status, reply.headers) is None:
        return None
    error = reply.json()
    error = error if isinstance(error, dict) else None
    failure = from_status(reply.status, reply.headers, words_of(error))
    if failure is None:
        return None
    if failure.status in (404, 410) and operation.is_about_an_object and error is not None:
        # What answers in JSON is Edge: the address is right, and the object is missing.
        failure = replace(failure, error=errors.NotFound)
    name = str((error or {}).get("id") or "")
    # Ids of single errors are not names.
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
