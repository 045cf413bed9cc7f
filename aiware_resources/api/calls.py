"""What the calls of every entity share: executing, batching by aliases, following pages, making records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from aiware_resources import errors
from aiware_resources.api.answers import Found
from aiware_resources.api.batch_size import BatchSize
from aiware_resources.api.documents import Lookup, Operation, alias
from aiware_resources.api.explain import Subject, object_of, to_error
from aiware_resources.api.failures import Failure, Kind, malformed
from aiware_resources.api.interface import Unread
from aiware_resources.api.paging import Malformed, Nested, follow
from aiware_resources.api.records import Record
from aiware_resources.api.session import Session

R = TypeVar("R", bound=Record)

# aiWARE's own default, which every list accepts; a larger one may be refused as invalid_input.
PAGE_SIZE = 30

_OF_ALL = (
    errors.AuthenticationFailed,
    errors.BadRequest,
    errors.NotImplementedByServer,
    errors.WrongUrl,
)
"""What concerns all objects alike: every further read would meet it as well."""


class Calls:
    """Base of the calls of one entity.

    Args:
        session: The session to make the calls in.
        batch_size: How many objects one request asks about.
    """

    def __init__(self, session: Session, batch_size: int) -> None:
        self._session = session
        self._batch_size = BatchSize(batch_size)
        self._nested = Nested()

    def _record(self, record: type[R], operation: Operation, **variables: Any) -> R:
        """Executes a document whose root field is one object."""
        return self._parsed(record, self._session.execute(operation, variables), operation, variables)

    def _pages(self, operation: Operation, **variables: Any) -> Iterator[Mapping[str, Any]]:
        """Follows the pages of a list, and gives each record once.

        New objects shift the pages while they are read, so that the same one can come twice.
        """

        def read(offset: int) -> Any:
            return self._session.execute(operation, {**variables, "offset": offset, "limit": PAGE_SIZE})

        yield from self._follow(read, operation, variables)

    def _follow(
        self, read: Callable[[int], Any], operation: Operation, variables: Mapping[str, Any]
    ) -> Iterator[Mapping[str, Any]]:
        """Follows the pages that a function reads.

        Raises:
            ServerFailure: If a page is not what the schema promises.
        """
        try:
            yield from follow(read)
        except Malformed as error:
            raise self._unfit(str(error), operation, variables) from None

    def _read(
        self, lookup: Lookup, ids: Sequence[str], unread: Unread | None, make: Callable[[str, Any], R | None]
    ) -> dict[str, R]:
        """Reads many objects in batches.

        Args:
            lookup: What to read.
            ids: Their ids; each is asked about once.
            unread: Takes why single ones could not be read; see `Unread`.
            make: Makes the record of an id and its field; `None` for one that is missing after all.
        """
        found: dict[str, R] = {}
        for id_, field in self._batches(lookup, ids, unread):
            try:
                record = make(id_, field)
            except errors.ApiError as error:
                if unread is None or isinstance(error, _OF_ALL):
                    raise
                unread[id_] = error
                continue
            if record is not None:
                found[id_] = record
        return found

    def _batches(self, lookup: Lookup, ids: Sequence[str], unread: Unread | None = None) -> Iterator[tuple[str, Any]]:
        """Reads many objects, batch by batch, and gives each id with its field; ids that are missing are left out."""
        left = list(dict.fromkeys(ids))
        came = False
        while left:
            size = self._batch_size.current
            batch, left = left[:size], left[size:]
            put_off: list[str] = []
            try:
                if unread is None:
                    yield from self._batch(lookup, batch, put_off)
                else:
                    yield from self._partly(lookup, batch, put_off, unread)
            except errors.ApiError as error:
                if unread is None or not came or isinstance(error, _OF_ALL):
                    raise
                # What came is not lost with the rest; asking for more would meet the same.
                unread.update(dict.fromkeys([*batch, *left], error))
                return
            came = True
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
        yield from self._fields(found, ids, put_off)

    def _partly(
        self, lookup: Lookup, ids: Sequence[str], put_off: list[str], unread: Unread, looked: Found | None = None
    ) -> Iterator[tuple[str, Any]]:
        """The same of a batch in which single objects may fail."""
        found = looked or self._session.look_up_partly(lookup, ids)
        if found.failed is not None:
            half = len(ids) // 2
            halves = [ids[:half], ids[half:]]
            parts = [self._session.look_up_partly(lookup, part) for part in halves]
            if found.failed.error is not errors.NotFound and all(part.failed for part in parts):
                # It is not a matter of one object: looking for it would ask about each by itself.
                unread.update({id_: self._error(lookup, id_, found.failed) for id_ in ids})
                return
            for part_ids, part in zip(halves, parts, strict=True):
                yield from self._partly(lookup, part_ids, put_off, unread, part)
            return
        unread.update({id_: self._error(lookup, id_, failure) for id_, failure in found.unread.items()})
        yield from self._fields(found, ids, put_off)
        if found.again:
            yield from self._partly(lookup, found.again, put_off, unread)

    def _fields(self, found: Found, ids: Sequence[str], put_off: list[str]) -> Iterator[tuple[str, Any]]:
        if found.put_off:
            self._batch_size.exceeded(len(ids))
            put_off += found.put_off
        else:
            self._batch_size.answered()
        for index, id_ in enumerate(ids):
            if id_ not in found.put_off and (field := found.fields.get(alias(index))) is not None:
                yield id_, field

    def _error(self, lookup: Lookup, id_: str, failure: Failure) -> errors.ApiError:
        return to_error(failure, Subject(lookup.field, Kind.READ, self._session.transport.url, id_), attempts=1)

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
        raise self._unfit(f"an answer that does not fit the schema in: {where}", operation, variables or {})

    def _unfit(self, what: str, operation: Operation | Lookup, variables: Mapping[str, Any]) -> errors.ApiError:
        """The error of an answer that is not what the schema promises."""
        kind = operation.kind if isinstance(operation, Operation) else Kind.READ
        subject = Subject(operation.field, kind, self._session.transport.url, object_of(variables))
        return to_error(malformed(what), subject, attempts=1)


def created_since(moment: datetime | None) -> list[dict[str, str]] | None:
    """The `dateTimeFilter` of what was created since a moment; None for no filter."""
    return None if moment is None else [{"field": "createdDateTime", "fromDateTime": moment.isoformat()}]
