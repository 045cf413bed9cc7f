"""What the calls to aiWARE Edge share: making them, reading their answers, following pages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import SecretStr, ValidationError

from aiware_resources.api.caller import Caller
from aiware_resources.api.edge.operations import Operation
from aiware_resources.api.edge.transport import Query, Reply, Request, RestTransport, words_of
from aiware_resources.api.explain import Subject, to_error
from aiware_resources.api.failures import Failure, malformed
from aiware_resources.api.records import Record
from aiware_resources.api.retrying import RequestFailed

R = TypeVar("R", bound=Record)

PAGE_SIZE = 100
"""How many records a page is asked for; a server that gives fewer says so in the answer."""

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

        Raises:
            ApiError: Of the class that fits.
        """

        def send(token: SecretStr | None) -> Mapping[str, Any]:
            reply = self._transport.send(request, token)
            return _object(reply) if reply.content.strip() else {}

        return self._caller.call(self._subject(request), said or request.body or {}, send)

    def _content(self, request: Request) -> bytes:
        """Makes a call that answers the content of a file.

        Raises:
            ApiError: Of the class that fits.
        """
        return self._caller.call(self._subject(request), {}, lambda token: self._transport.send(request, token)).content

    def _pages(self, operation: Operation, query: Query) -> Iterator[Mapping[str, Any]]:
        """Follows the pages of a list, and gives each record.

        Raises:
            ApiError: If a page could not be read.
        """
        offset, more = 0, True
        while more:
            page = self._ask(Request(operation, query={**query, "offset": offset, "limit": PAGE_SIZE}))
            records = page.get("result") or []
            # Installations cap the size of a page as they like, and say in the answer how far they did.
            more = bool(records) and len(records) >= max(1, int(page.get("limit") or PAGE_SIZE))
            offset += len(records)
            yield from records

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
        failure = malformed(f"an answer that does not fit the specification in: {where}")
        raise to_error(failure, self._subject(request), attempts=1)

    def _subject(self, request: Request) -> Subject:
        operation = request.operation
        return Subject(
            operation.name, operation.kind, self._transport.url, request.path.get("job"), "aiWARE Edge", EXAMPLE
        )


def _object(reply: Reply) -> Mapping[str, Any]:
    """The JSON object of an answer.

    Raises:
        RequestFailed: If it is none, or one that tells of a failure.
    """
    try:
        parsed = json.loads(reply.content)
    except ValueError:
        parsed = None
    if not isinstance(parsed, Mapping):
        raise RequestFailed(_failed("an answer that is not a JSON object", reply))
    if parsed.get("success") is False:
        raise RequestFailed(_failed(words_of(parsed.get("error")) or "an answer that tells of a failure", reply))
    return parsed


def _failed(what: str, reply: Reply) -> Failure:
    failure = malformed(what)
    return Failure(failure.cause, failure.error, what, status=failure.status, request_id=reply.request_id)
