"""Faults on demand: what goes wrong with which requests, as `POST /_local/faults` sets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from aiware_local.installation.behaviour import ControlModel
from aiware_local.storage.store import Store


class Match(ControlModel):
    """Which requests: those of a root field or of an operationId of Edge; without one all API requests.

    `download` means those of signed URIs.
    """

    operation: str | None = None


class Action(ControlModel):
    """What happens to them; exactly one of these, `retryAfter` (seconds) going with a status.

    `lag` (seconds), `unreadable` (ids) and `totalCount` are conditions: they say how the server is while they last,
    besides whatever else happens to a request. All others make one answer go wrong.
    """

    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: NonNegativeInt | None = None
    graphql_error: str | None = None
    drop_response: bool = False
    refuse: bool = False
    delay_seconds: PositiveFloat | None = None
    malformed: bool = False
    hang: bool = False
    drip: PositiveInt | None = None
    lag: PositiveFloat | None = None
    unreadable: list[str] | None = Field(default=None, min_length=1)
    total_count: bool = False

    @property
    def is_condition(self) -> bool:
        """Whether it lasts, rather than making one answer go wrong."""
        return self.lag is not None or self.unreadable is not None or self.total_count

    @model_validator(mode="after")
    def _one_action(self) -> Action:
        chosen = self.model_dump(by_alias=True, exclude={"retry_after"}, exclude_defaults=True)
        if len(chosen) != 1:
            *others, last = (
                field.alias for name, field in type(self).model_fields.items() if name != "retry_after" and field.alias
            )
            raise ValueError(f"an action is exactly one of {', '.join(others)} and {last}")
        if self.retry_after is not None and self.status is None:
            raise ValueError("retryAfter goes with a status")
        return self


class Fault(ControlModel):
    """One fault: it passes over the first `after` matching requests, then acts on the next `times`.

    Without `times` it acts once; a condition lasts until the faults are cleared.
    """

    match: Match = Match()
    action: Action
    times: PositiveInt | None = None
    after: NonNegativeInt = 0

    def matches(self, operations: Iterable[str]) -> bool:
        """Whether a request that executes these operations is meant."""
        wanted = self.match.operation
        return wanted is None or wanted in operations

    def used(self) -> Fault | None:
        """What is left of it after one more matching request; None if that was its last."""
        if self.after:
            return self.model_copy(update={"after": self.after - 1})
        times = 1 if self.times is None and not self.action.is_condition else self.times
        if times is None:
            return self
        return self.model_copy(update={"times": times - 1}) if times > 1 else None


@dataclass(frozen=True)
class Conditions:
    """How the server is for one read.

    Attributes:
        lag: how many seconds a new object is not found.
        unreadable: the ids that cannot be read.
        total_count: whether `count` of a list is the number of all that it has, not that of a page.
    """

    lag: float = 0
    unreadable: frozenset[str] = frozenset()
    total_count: bool = False

    def and_(self, action: Action) -> Conditions:
        """These, and what one more action says."""
        return Conditions(
            max(self.lag, action.lag or 0),
            self.unreadable.union(action.unreadable or ()),
            self.total_count or action.total_count,
        )


NO_CONDITIONS = Conditions()


def conditions_of(faults: Iterable[Fault], operation: str) -> Conditions:
    """The conditions under which an operation or root field is executed."""
    return reduce(Conditions.and_, (fault.action for fault in faults if fault.matches([operation])), NO_CONDITIONS)


class Faults:
    """The faults in force, in the order in which they were set; they are in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._faults = [Fault.model_validate(entry) for entry in store.setting("faults", [])]

    def add(self, body: Mapping[str, Any]) -> Fault:
        """Adds a fault.

        Raises:
            ValueError: the body is not that of the control call.
        """
        fault = Fault.model_validate(body)
        self._keep([*self._faults, fault])
        return fault

    def all(self) -> list[dict[str, Any]]:
        """The faults that have not yet acted to the end."""
        return [fault.model_dump(by_alias=True, exclude_defaults=True) for fault in self._faults]

    def clear(self) -> None:
        """Removes all of them."""
        self._keep([])

    def take(self, operations: Iterable[str], *, named_only: bool = False) -> Fault | None:
        """The fault that acts on a request: the first that matches it. Asking uses it up once.

        Args:
            operations: what the request executes.
            named_only: whether to leave out faults that match all API requests.
        """
        operations = list(operations)
        for fault in self._faults:
            if fault.action.is_condition or not fault.matches(operations):
                continue
            if named_only and fault.match.operation is None:
                continue
            self._use(fault)
            if not fault.after:
                return fault
        return None

    def conditions(self, operations: Iterable[str]) -> list[Fault]:
        """The conditions in force for a request. Asking uses each of them up once."""
        operations = list(operations)
        matching = [fault for fault in self._faults if fault.action.is_condition and fault.matches(operations)]
        for fault in matching:
            self._use(fault)
        return [fault for fault in matching if not fault.after]

    def _use(self, fault: Fault) -> None:
        rest = fault.used()
        if rest is not fault:
            kept = [(rest if other is fault else other) for other in self._faults]
            self._keep([other for other in kept if other is not None])

    def _keep(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._store.set("faults", self.all())
