"""What the calls of every entity share: executing, batching by aliases, following pages, making records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from aiware_resources import errors
from aiware_resources.api.batch_size import BatchSize
from aiware_resources.api.documents import Lookup, Operation, alias
from aiware_resources.api.explain import Subject, object_of, to_error
from aiware_resources.api.failures import Kind, malformed
from aiware_resources.api.records import Record
from aiware_resources.api.session import Session

R = TypeVar("R", bound=Record)

# aiWARE's own default, which every list accepts; a larger one may be refused as invalid_input.
PAGE_SIZE = 30


class Calls:
    """Base of the calls of one entity.

    Args:
        session: The session to make the calls in.
        batch_size: How many objects one request asks about.
    """

    def __init__(self, session: Session, batch_size: int) -> None:
        self._session = session
        self._batch_size = BatchSize(batch_size)

    def _record(self, record: type[R], operation: Operation, **variables: Any) -> R:
        """Executes a document whose root field is one object."""
        return self._parsed(record, self._session.execute(operation, variables), operation, variables)

    def _pages(self, operation: Operation, **variables: Any) -> Iterator[Mapping[str, Any]]:
        """Follows the pages of a list, and gives each record once.

        New objects shift the pages while they are read, so that the same one can come twice.
        """
        seen: set[str] = set()
        offset, more = 0, True
        while more:
            page = self._session.execute(operation, {**variables, "offset": offset, "limit": PAGE_SIZE}) or {}
            more = is_full(page)
            offset += count_of(page)
            for record in page.get("records") or []:
                if record is not None and record.get("id") not in seen:
                    seen.add(record.get("id"))
                    yield record

    def _batches(self, lookup: Lookup, ids: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Reads many objects, batch by batch, and gives each id with its field; ids that are missing are left out."""
        left = list(dict.fromkeys(ids))
        while left:
            size = self._batch_size.current
            batch, left = left[:size], left[size:]
            put_off: list[str] = []
            yield from self._batch(lookup, batch, put_off)
            left = put_off + left

    def _batch(self, lookup: Lookup, ids: Sequence[str], put_off: list[str]) -> Iterator[tuple[str, Any]]:
        try:
            found = self._session.look_up(lookup, ids)
        except errors.NotFound:
            # A list field is non-null: where the server answers not_found for one, it takes all down with it.
            if len(ids) == 1:
                return
            half = len(ids) // 2
            yield from self._batch(lookup, ids[:half], put_off)
            yield from self._batch(lookup, ids[half:], put_off)
            return
        if found.put_off:
            self._batch_size.exceeded(len(ids))
            put_off += found.put_off
        else:
            self._batch_size.answered()
        for index, id_ in enumerate(ids):
            if id_ not in found.put_off and (field := found.fields.get(alias(index))) is not None:
                yield id_, field

    def _parsed(
        self, record: type[R], value: Any, operation: Operation | Lookup, variables: Mapping[str, Any] | None = None
    ) -> R:
        """Makes a record of an answer's field.

        Raises:
            ServerFailure: If a read's answer is not what the schema promises.
            AnswerLost: The same of a mutation: it was applied, and its result is not known.
        """
        try:
            return record.model_validate(value)
        except ValidationError as error:
            where = ", ".join(sorted({".".join(map(str, problem["loc"])) or "all of it" for problem in error.errors()}))
        kind = operation.kind if isinstance(operation, Operation) else Kind.READ
        failure = malformed(f"an answer that does not fit the schema in: {where}")
        subject = Subject(operation.field, kind, self._session.transport.url, object_of(variables or {}))
        raise to_error(failure, subject, attempts=1)


def created_since(moment: datetime | None) -> list[dict[str, str]] | None:
    """The `dateTimeFilter` of what was created since a moment; None for no filter."""
    return None if moment is None else [{"field": "createdDateTime", "fromDateTime": moment.isoformat()}]


def is_full(page: Mapping[str, Any]) -> bool:
    """Says whether a page may be followed by another one; aiWARE tells no total."""
    return count_of(page) >= max(1, int(page.get("limit") or PAGE_SIZE))


def count_of(page: Mapping[str, Any]) -> int:
    """The number of records in a page; most lists may leave it out."""
    count = page.get("count")
    return int(count) if count is not None else len(page.get("records") or [])
