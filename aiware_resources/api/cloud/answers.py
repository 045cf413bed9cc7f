"""Judging the answers of GraphQL: which are good, which partly, which not. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiware_resources import errors
from aiware_resources.api.cloud.graphql import alias
from aiware_resources.api.failures import Cause, Failure, Kind, RequestFailed, from_entry, malformed

# Fields that lead to another object, which may be gone or hidden without harm to the one that was asked for.
_LINKS = {"target", "engine", "log"}
_HARMLESS_ON_LINKS = {errors.NotFound, errors.NotAllowed}
# Which failure decides when an answer has several, last first. A read is not worth repeating for one part when another
# is refused for good; of a mutation, doubt about what it did outweighs everything.
_WEIGHT = {
    Kind.READ: [Cause.LIMITED, Cause.OVERLOADED, Cause.FAILING, Cause.REFUSED, Cause.UNAUTHENTICATED],
    Kind.MUTATION: [Cause.LIMITED, Cause.UNAUTHENTICATED, Cause.REFUSED, Cause.OVERLOADED, Cause.FAILING],
}

# What concerns all objects equally, even where aiWARE says it of each of them.
_OF_ALL = {Cause.LIMITED, Cause.UNAUTHENTICATED}
_REFUSED_TO_ALL = {errors.BadRequest, errors.NotImplementedByServer}


@dataclass(frozen=True)
class Answer:
    """The two halves of a GraphQL answer.

    Attributes:
        data: The root fields; None when the answer has no data at all.
        failures: The entries of the `errors` list.
    """

    data: Mapping[str, Any] | None
    failures: tuple[Failure, ...]


@dataclass(frozen=True)
class Found:
    """What a batch of objects came to.

    Attributes:
        fields: The fields by alias; null for an object that is missing.
        put_off: Ids of the objects that are to be asked about again, fewer at once.
        unread: Why single objects could not be read, by id.
        again: Ids of the objects that were lost with another one, and are to be asked about again without it.
        failed: Why nothing came, where aiWARE does not say which object is at fault.
    """

    fields: Mapping[str, Any]
    put_off: Sequence[str] = ()
    unread: Mapping[str, Failure] = field(default_factory=dict)
    again: Sequence[str] = ()
    failed: Failure | None = None


def parse(body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
    """Splits an answer.

    Raises:
        RequestFailed: If it is not what GraphQL promises.
    """
    data, entries = body.get("data"), body.get("errors") or []
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise RequestFailed(malformed("an answer whose list of errors is malformed"))
    if data is not None and not isinstance(data, Mapping):
        raise RequestFailed(malformed("an answer whose data are malformed"))
    failures = tuple(from_entry(entry, headers) for entry in entries)
    if data is None and not failures:
        raise RequestFailed(malformed("an answer with neither data nor errors"))
    if "data" not in body:
        failures = tuple(_request_error(failure) for failure in failures)
    return Answer(data, failures)


def problem(answer: Answer, kind: Kind, field: str) -> Failure | None:
    """Says what is wrong with the answer of a document with one root field; None when it is good."""
    if kind is Kind.MUTATION and (answer.data or {}).get(field) is not None:
        # It was applied. Losing the new object's id for the sake of a nested field would be worse than a gap.
        return None
    grave = [failure for failure in answer.failures if not _harmless(failure)]
    if grave or answer.data is None:
        decisive = _decisive(grave or answer.failures, kind)
        # A failure below the root field came after the mutation itself, whatever it was.
        doubtful = kind is Kind.MUTATION and len(decisive.path) > 1
        return replace(decisive, cause=Cause.FAILING) if doubtful else decisive
    if field not in answer.data:
        return malformed(f"an answer without {field}")
    if kind is Kind.MUTATION:
        return malformed(f"nothing where {field} should be, and no error")
    return None


def lookup_problem(answer: Answer, ids: Sequence[str]) -> Failure | None:
    """The same for a batch of objects, of which some may be missing, and others be put off."""
    postponed = put_off(answer, ids)
    missing = {index for index, id_ in enumerate(ids) if id_ in postponed or _is_missing(answer, index, id_)}
    grave = [
        failure
        for failure in answer.failures
        if not (_harmless(failure) or _tells_missing(failure) or (postponed and _lacks_capacity(failure)))
    ]
    if grave or (answer.data is None and not postponed):
        return _decisive(grave or answer.failures, Kind.READ)
    if answer.data is None:
        return None
    for index, id_ in enumerate(ids):
        if answer.data.get(alias(index)) is None and index not in missing:
            # Not knowing is not the same as not there: what depends on it may be expensive.
            return replace(malformed("nothing where the object should be, and no error"), object_id=id_)
    return None


def partly(answer: Answer, ids: Sequence[str]) -> Found | Failure:
    """What a batch came to in which single objects may fail: each failure with its object, or one that concerns all."""
    postponed = put_off(answer, ids)
    grave = [each for each in answer.failures if not (_harmless(each) or (postponed and _lacks_capacity(each)))]
    if common := [each for each in grave if each.cause in _OF_ALL or each.error in _REFUSED_TO_ALL]:
        return _decisive(common, Kind.READ)
    told = _by_object(grave, ids)
    open_ = [each for each in grave if _object_of(each, ids) is None]
    unread = {id_: failure for id_, failure in told.items() if not _tells_missing(failure)}
    missing = {id_ for id_ in told if id_ not in unread}
    fields = answer.data or {}
    if answer.data is None and not told and not postponed:
        failure = _decisive(open_ or answer.failures, Kind.READ)
        return _of_one(failure, ids[0]) if len(ids) == 1 else Found({}, failed=failure)
    nothing = [
        id_
        for index, id_ in enumerate(ids)
        if fields.get(alias(index)) is None and id_ not in (*told, *postponed) and not _is_missing(answer, index, id_)
    ]
    if answer.data is None:
        # A list is non-null: one object that cannot be read takes all others down with it.
        return Found({}, [id_ for id_ in postponed if id_ not in told], unread, nothing)
    unexplained = [each for each in open_ if not _tells_missing(each)]
    if unexplained and not nothing:
        # Something is wrong somewhere in records that are there.
        return _of_one(unexplained[0], ids[0]) if len(ids) == 1 else Found({}, failed=unexplained[0])
    # Not knowing is not the same as not there.
    why = unexplained[0] if unexplained else malformed("nothing where the object should be, and no error")
    unread |= dict.fromkeys(nothing, why)
    return Found(
        {alias(index): fields.get(alias(index)) for index, id_ in enumerate(ids) if id_ not in (*unread, *missing)},
        [id_ for id_ in postponed if id_ not in unread],
        unread,
    )


def _of_one(failure: Failure, id_: str) -> Found:
    return Found({}) if failure.error is errors.NotFound else Found({}, unread={id_: failure})


def _by_object(failures: Sequence[Failure], ids: Sequence[str]) -> dict[str, Failure]:
    """The failures that name their object; one that it is missing counts only where there is no other."""
    told: dict[str, Failure] = {}
    for failure in failures:
        id_ = _object_of(failure, ids)
        if id_ is not None and (id_ not in told or _tells_missing(told[id_])):
            told[id_] = failure
    return told


def _object_of(failure: Failure, ids: Sequence[str]) -> str | None:
    """The object that a failure is about, where it says so."""
    if not failure.path:
        return failure.object_id if failure.object_id in ids else None
    return next((id_ for index, id_ in enumerate(ids) if failure.path[0] == alias(index)), None)


def put_off(answer: Answer, ids: Sequence[str]) -> Sequence[str]:
    """The objects of a batch that aiWARE had no capacity for; none of a batch of one, which cannot be made smaller."""
    lacking = [failure for failure in answer.failures if _lacks_capacity(failure)]
    if len(ids) == 1 or not lacking:
        return ()
    named = {failure.path[0] for failure in lacking if failure.path}
    is_whole = answer.data is None or not all(failure.path for failure in lacking)
    unread = {alias(index) for index in range(len(ids)) if (answer.data or {}).get(alias(index)) is None}
    return [id_ for index, id_ in enumerate(ids) if alias(index) in named or (is_whole and alias(index) in unread)]


def _lacks_capacity(failure: Failure) -> bool:
    return failure.cause is Cause.OVERLOADED


def _is_missing(answer: Answer, index: int, id_: str) -> bool:
    if answer.data is None or answer.data.get(alias(index)) is not None:
        return False
    told = [failure for failure in answer.failures if _tells_missing(failure)]
    return any(
        failure.path[0] == alias(index) if failure.path else failure.object_id in (id_, None) for failure in told
    )


def _tells_missing(failure: Failure) -> bool:
    return failure.error is errors.NotFound and len(failure.path) <= 1


def _harmless(failure: Failure) -> bool:
    return failure.error in _HARMLESS_ON_LINKS and any(part in _LINKS for part in failure.path[1:])


def _request_error(failure: Failure) -> Failure:
    """Without a `data` key nothing was executed, whatever the message: the document or its variables are at fault."""
    return replace(failure, error=errors.BadRequest) if failure.error is errors.ApiError else failure


def _decisive(failures: Sequence[Failure], kind: Kind) -> Failure:
    return max(failures, key=lambda failure: _WEIGHT[kind].index(failure.cause))
