"""Reading many objects at once: how many a request asks about, and what happens to those that cannot be read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from aiware_resources import errors
from aiware_resources.api.client import Client
from aiware_resources.api.cloud import answers
from aiware_resources.api.cloud.answers import Answer, Found
from aiware_resources.api.cloud.calls import Calls
from aiware_resources.api.cloud.graphql import Lookup, alias
from aiware_resources.api.explain import Subject, to_error
from aiware_resources.api.failures import Failure, Kind
from aiware_resources.api.interface import Unread
from aiware_resources.api.records import Record

R = TypeVar("R", bound=Record)

_STEADY = 10
"""Answered batches in a row after which a larger one is tried."""


_OF_ALL = (
    errors.AuthenticationFailed,
    errors.BadRequest,
    errors.NotImplementedByServer,
    errors.WrongUrl,
)
"""What concerns all objects equally: every further read would meet it as well."""


class BatchSize:
    """The size of the next batch: less after aiWARE had no capacity for so many, and slowly more again. Thread-safe.

    Args:
        largest: Objects at the most (``aiware:pollBatchSize``).
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._current = largest
        self._answered = 0
        self._lock = threading.Lock()

    @property
    def current(self) -> int:
        """Objects of the next batch."""
        return self._current

    def answered(self) -> None:
        """Takes note of a batch that was answered in full."""
        with self._lock:
            self._answered += 1
            if self._answered >= _STEADY:
                self._current = min(2 * self._current, self._largest)
                self._answered = 0

    def exceeded(self, size: int) -> None:
        """Takes note of a batch that was too large.

        Args:
            size: Its objects.
        """
        with self._lock:
            # Several threads may find the same; half of what failed is enough for all.
            self._current = max(1, min(self._current, size // 2))
            self._answered = 0


class Batches(Calls):
    """Base of calls that read many objects at once, each by a field of its own.

    Args:
        client: Makes the calls.
        batch_size: How many objects one request asks about.
    """

    def __init__(self, client: Client, batch_size: int) -> None:
        super().__init__(client)
        self._batch_size = BatchSize(batch_size)

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
            found = self._look_up(lookup, ids)
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
        found = looked or self._look_up_partly(lookup, ids)
        if found.failed is not None:
            half = len(ids) // 2
            halves = [ids[:half], ids[half:]]
            parts = [self._look_up_partly(lookup, part) for part in halves]
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

    def _look_up(self, lookup: Lookup, ids: Sequence[str]) -> Found:
        """Reads one batch of objects. Of several, those that aiWARE had no capacity for are put off, not lost.

        Raises:
            ApiError: If any of the objects could not be read for another reason than being missing.
        """

        def judge(answer: Answer) -> Found | Failure:
            failure = answers.lookup_problem(answer, ids)
            return failure or Found(answer.data or {}, answers.put_off(answer, ids))

        return self._asked(self._subject(lookup, ids), lookup.text(len(ids)), lookup.variables(ids), judge)

    def _look_up_partly(self, lookup: Lookup, ids: Sequence[str]) -> Found:
        """Reads one batch of objects of which single ones may fail; those are not asked for again here.

        Raises:
            ApiError: If the whole request failed.
        """
        return self._asked(
            self._subject(lookup, ids),
            lookup.text(len(ids)),
            lookup.variables(ids),
            lambda answer: answers.partly(answer, ids),
        )

    def _subject(self, lookup: Lookup, ids: Sequence[str]) -> Subject:
        return Subject(lookup.field, Kind.READ, self._client.url, ids[0] if len(ids) == 1 else None)

    def _error(self, lookup: Lookup, id_: str, failure: Failure) -> errors.ApiError:
        return to_error(failure, self._subject(lookup, [id_]), attempts=1)
