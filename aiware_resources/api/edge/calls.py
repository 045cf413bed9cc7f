"""What the calls to aiWARE Edge share: making them, reading their answers, following pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import SecretStr, ValidationError

from aiware_resources import errors
from aiware_resources.api.caller import Caller
from aiware_resources.api.edge.operations import Operation
from aiware_resources.api.edge.transport import Query, Reply, Request, RestTransport, words_of
from aiware_resources.api.explain import Subject, to_error
from aiware_resources.api.failures import GRAPHQL_NAMES, Cause, Failure, malformed
from aiware_resources.api.json_text import read_json
from aiware_resources.api.records import Record
from aiware_resources.api.retrying import RequestFailed

R = TypeVar("R", bound=Record)
T = TypeVar("T")

PAGE_SIZE = 100
"""How many records a page is asked for; a server may give fewer."""

_REPEATED_PAGES = 2
"""So many pages in a row with nothing new end a list: the server gives the same page whatever is asked for. A single
one does not: what is created meanwhile moves the records of one page to the next."""

EXAMPLE = "http://<host>:9000/edge/v1"


class EdgeCalls:
    """Base of the calls about one kind of object.

    Args:
        transport: Sends requests.
        caller: Makes calls, with a token.
    """

    def __init__(self, transport: RestTransport, caller: Caller) -> None:
        self._transport = transport
        self._caller = caller

    def _ask(self, request: Request, said: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Makes a call that answers a JSON object; an answer without a body, as a deletion has, is an empty one.

        Args:
            request: The request.
            said: What it says, where the body says it as JSON text; secrets among that are kept out of errors.

        Returns:
            The object, with the names of its fields in lower case.

        Raises:
            ApiError: Of the class that fits.
        """
        return self._answered(request, lambda reply: _object(reply) if reply.content.strip() else {}, said)

    def _content(self, request: Request) -> bytes:
        """Makes a call that answers the content of a file.

        Raises:
            ApiError: Of the class that fits.
        """
        return self._answered(request, lambda reply: reply.content)

    def _list(self, request: Request) -> Sequence[Any]:
        """Makes a call that answers a list: a bare array, or one in the wrapper that tells of success.

        Raises:
            ApiError: Of the class that fits.
        """
        return self._answered(request, _records)

    def _pages(
        self, operation: Operation, query: Query, made: Callable[[Any], T], key: Callable[[T], str]
    ) -> Iterator[T]:
        """Follows the pages of a list, and gives each record once.

        It goes by the records that come. What a server says of its pages (`limit`, `count`) is not asked: servers cap
        pages as they like, and say what was asked for.

        Args:
            operation: The list.
            query: What to list.
            made: Makes a record of what the list holds.
            key: Tells the id of a record.

        Raises:
            ApiError: If a page could not be read.
        """
        offset, repeated = 0, 0
        seen: set[str] = set()
        while repeated < _REPEATED_PAGES:
            page = self._list(Request(operation, query={**query, "offset": offset, "limit": PAGE_SIZE}))
            if not page:
                return
            offset += len(page)
            new = {id_: record for record in map(made, page) if (id_ := key(record)) not in seen}
            repeated = 0 if new else repeated + 1
            seen |= new.keys()
            yield from new.values()

    def _answered(self, request: Request, read: Callable[[Reply], T], said: Mapping[str, Any] | None = None) -> T:
        def send(token: SecretStr | None) -> T:
            return read(self._transport.send(request, token))

        return self._caller.call(self._subject(request), said or request.body or {}, send)

    def _record(self, record: type[R], value: Any, request: Request) -> R:
        """Makes a record of a part of an answer.

        Raises:
            ServerFailure: If a read's answer is not what the specification promises.
            AnswerLost: The same of a mutation: it was applied, and its result is not known.
        """
        try:
            return record.model_validate(value)
        except ValidationError as error:
            where = ", ".join(sorted({".".join(map(str, problem["loc"])) or "all of it" for problem in error.errors()}))
        raise self._unfit(f"an answer that does not fit the specification in: {where}", request)

    def _unfit(self, what: str, request: Request) -> errors.ApiError:
        """The error of an answer that is of no use: of a read `ServerFailure`, of a mutation `AnswerLost`."""
        return to_error(malformed(what), self._subject(request), attempts=1)

    def _subject(self, request: Request) -> Subject:
        operation = request.operation
        return Subject(
            operation.name, operation.kind, self._transport.url, request.path.get("job"), "aiWARE Edge", EXAMPLE
        )


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
        raise RequestFailed(_failed("an answer that is not a JSON object", reply))
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
        raise RequestFailed(_failed("an answer without the list that was asked for", reply))
    return [record for record in answer if record is not None]


def _parsed(reply: Reply) -> Any:
    """The JSON value of an answer; of an object, the names of its fields in lower case.

    Raises:
        RequestFailed: If it is not JSON, or tells of a failure.
    """
    try:
        parsed = read_json(reply.content)
    except ValueError:
        raise RequestFailed(_failed("an answer that is not JSON", reply)) from None
    if not isinstance(parsed, Mapping):
        return parsed
    answer = {str(key).lower(): value for key, value in parsed.items()}
    if answer.get("success") is False:
        raise RequestFailed(_refused(answer, reply))
    return answer


def _refused(answer: Mapping[str, Any], reply: Reply) -> Failure:
    """What an answer with `success: false` means: Edge has understood the request and refuses it.

    One that carries results all the same contradicts itself, and is of no use.
    """
    if any(answer.get(field) for field in ("internaljobids", "internaljobid", "result")):
        return _failed("an answer that tells of a failure and of results", reply)
    error = answer.get("error")
    name = str(error.get("id") or "") if isinstance(error, Mapping) else ""
    cause, kind = GRAPHQL_NAMES.get(name, (Cause.REFUSED, errors.BadRequest))
    if cause is not Cause.REFUSED:
        kind = errors.BadRequest
    said = words_of(error) or "aiWARE Edge refused it and gives no reason"
    return Failure(Cause.REFUSED, kind, said, status=200, name=name or None, request_id=reply.request_id)


def _failed(what: str, reply: Reply) -> Failure:
    return replace(malformed(what), request_id=reply.request_id)
