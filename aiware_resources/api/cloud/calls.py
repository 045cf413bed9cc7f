"""What all calls to the cloud API share: executing a document, following pages, making records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from aiware_resources import errors
from aiware_resources.api.client import Client
from aiware_resources.api.cloud import answers
from aiware_resources.api.cloud.answers import Answer
from aiware_resources.api.cloud.graphql import Lookup, Operation
from aiware_resources.api.explain import Subject, object_of, record_of, unfit
from aiware_resources.api.failures import Failure, Kind, RequestFailed, from_entry, from_status, malformed
from aiware_resources.api.paging import Malformed, follow, key_of, records_of
from aiware_resources.api.records import Record
from aiware_resources.api.transport import FilePart, Reply
from aiware_resources.text.times import standard_time

R = TypeVar("R", bound=Record)
T = TypeVar("T")

_TIMES = frozenset({"startDateTime", "stopDateTime", "dueDateTime", "startDate", "stopDate"})
_AROUND_TIMES = frozenset({"input", "target", "tasks", "standbyTask", "executionPreferences", "tdoData"})
"""Fields of inputs that have times, and what these may be in."""

# aiWARE's own default, which every list accepts; a larger one may be refused as invalid_input.
PAGE_SIZE = 30


class Calls:
    """Base of the calls about one kind of object.

    Args:
        client: Makes the calls.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def _execute(self, operation: Operation, variables: Mapping[str, Any], file: FilePart | None = None) -> Any:
        """Executes a document with one root field, and returns that field.

        Args:
            operation: The document.
            variables: Its variables; those that are None are left out, since null is a value to aiWARE.
            file: A file to send along.

        Raises:
            ApiError: Of the class that fits, see `aiware_resources.errors`.
        """
        given = {name: value for name, value in _with_times(variables).items() if value is not None}

        def field_in(answer: Answer) -> Any:
            failure = answers.problem(answer, operation.kind, operation.field)
            return failure or (answer.data or {})[operation.field]

        subject = Subject(operation.field, operation.kind, self._client.url, object_of(given))
        return self._asked(subject, operation.text, given, field_in, file)

    def _asked(
        self,
        subject: Subject,
        text: str,
        variables: Mapping[str, Any],
        judge: Callable[[Answer], T | Failure],
        file: FilePart | None = None,
    ) -> T:
        """Sends a document, and takes from its answer what is wanted, unless that is a failure."""

        def read(reply: Reply) -> T:
            judged = judge(answers.parse(json_object(reply), reply.headers))
            if isinstance(judged, Failure):
                raise RequestFailed(judged)
            return judged

        body: dict[str, Any] = {"query": text, "variables": dict(variables)}
        if file is not None:
            # The file travels beside the document, as the one file part of a multipart request.
            form = {"query": text, "variables": json.dumps(body["variables"])}
            return self._client.call(subject, read, said=variables, file=file, data=form)
        headers = {"Content-Type": "application/json"}
        return self._client.call(subject, read, said=variables, content=json.dumps(body).encode(), headers=headers)

    def _record(self, record: type[R], operation: Operation, **variables: Any) -> R:
        """Executes a document whose root field is one object."""
        return self._parsed(record, self._execute(operation, variables), operation, variables)

    def _pages(self, operation: Operation, **variables: Any) -> Iterator[Mapping[str, Any]]:
        """Follows the pages of a list, and gives each record once.

        New objects shift the pages while they are read, so that the same one can come twice.
        """

        def read(offset: int) -> Any:
            return self._execute(operation, {**variables, "offset": offset, "limit": PAGE_SIZE})

        return self._follow(read, operation, variables)

    def _follow(
        self, read: Callable[[int], Any], operation: Operation, variables: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """Follows the pages that a function reads.

        Raises:
            ServerFailure: If a page is not what the schema promises, or missing, which does not make a list empty.
        """
        try:
            yield from follow(lambda offset: records_of(_present(read(offset))), key_of)
        except Malformed as error:
            raise self._unfit(str(error), operation, variables) from None

    def _parsed(
        self, record: type[R], value: Any, operation: Operation | Lookup, variables: Mapping[str, Any] | None = None
    ) -> R:
        """Makes a record of an answer's field."""
        return record_of(record, value, self._about(operation, variables or {}))

    def _unfit(self, what: str, operation: Operation | Lookup, variables: Mapping[str, Any]) -> errors.ApiError:
        """The error of an answer that is not what the schema promises."""
        return unfit(what, self._about(operation, variables))

    def _about(self, operation: Operation | Lookup, variables: Mapping[str, Any]) -> Subject:
        kind = operation.kind if isinstance(operation, Operation) else Kind.READ
        return Subject(operation.field, kind, self._client.url, object_of(variables))


def created_since(moment: datetime | None) -> list[dict[str, str]] | None:
    """The `dateTimeFilter` of what was created since a moment; None for no filter."""
    return None if moment is None else [{"field": "createdDateTime", "fromDateTime": moment.isoformat()}]


def json_object(reply: Reply) -> Mapping[str, Any]:
    """The JSON object of an answer.

    Raises:
        RequestFailed: If it is something else, or the answer is not a success.
    """
    parsed = reply.json()
    parsed = parsed if isinstance(parsed, dict) else None
    if failure := from_status(reply.status, reply.headers, _said(parsed)):
        raise RequestFailed(_refined(failure, parsed, reply))
    if parsed is None:
        kind = reply.headers.get("content-type", "no content type")
        raise RequestFailed(malformed(f"an answer that is not a JSON object ({kind})", status=reply.status))
    return parsed


def _entries(parsed: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    entries = parsed.get("errors") if parsed else None
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _said(parsed: Mapping[str, Any] | None) -> str:
    """What a failed answer says in words: GraphQL's messages, or OAuth's error."""
    messages = [str(entry["message"]) for entry in _entries(parsed) if entry.get("message")]
    if messages or parsed is None:
        return "; ".join(messages)
    return str(parsed.get("error_description") or parsed.get("error") or "")


def _refined(failure: Failure, parsed: Mapping[str, Any] | None, reply: Reply) -> Failure:
    """Adds to a failure by HTTP code what the entry of the `errors` list knows better."""
    entries = _entries(parsed)
    if not entries:
        return failure
    entry = from_entry(entries[0], reply.headers)
    request_id = entry.request_id or failure.request_id
    return replace(failure, name=entry.name, request_id=request_id, object_id=entry.object_id)


def _present(page: Any) -> Any:
    """A page with its list, which may be empty."""
    if page is None or (isinstance(page, Mapping) and page.get("records") is None):
        raise Malformed("no list where one was asked for")
    return page


def _with_times(value: Any) -> Any:
    """Variables, with the times in them as every aiWARE reads them."""
    if isinstance(value, list):
        return [_with_times(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: standard_time(item) if key in _TIMES else _with_times(item) if key in _AROUND_TIMES else item
        for key, item in value.items()
    }
