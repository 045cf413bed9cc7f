"""Faults on demand: what goes wrong with which requests, as `POST /_local/faults` sets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from aiware_local.control_model import ControlModel
from aiware_local.store import Store


class Match(ControlModel):
    """Which requests: those of a root field or of an operationId of Edge; without one all API requests.

    `download` means those of signed URIs.
    """

    operation: str | None = None


class Action(ControlModel):
    """What happens to them; exactly one of these, `retryAfter` (seconds) going with a status."""

    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: NonNegativeInt | None = None
    graphql_error: str | None = None
    drop_response: bool = False
    refuse: bool = False
    delay_seconds: PositiveFloat | None = None
    malformed: bool = False

    @model_validator(mode="after")
    def _one_action(self) -> Action:
        chosen = [self.status, self.graphql_error, self.delay_seconds]
        count = sum(part is not None for part in chosen) + self.drop_response + self.refuse + self.malformed
        if count != 1:
            raise ValueError(
                "an action is exactly one of status, graphqlError, dropResponse, refuse, delaySeconds and malformed"
            )
        if self.retry_after is not None and self.status is None:
            raise ValueError("retryAfter goes with a status")
        return self


class Fault(ControlModel):
    """One fault: it passes over the first `after` matching requests, then acts on the next `times`."""

    match: Match = Match()
    action: Action
    times: PositiveInt = 1
    after: NonNegativeInt = 0

    def matches(self, operations: Iterable[str]) -> bool:
        """Whether a request that executes these operations is meant."""
        wanted = self.match.operation
        return wanted is None or wanted in operations


class Faults:
    """The faults in force, in the order in which they were set; kept in the store."""

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
            named_only: leave out faults that match all API requests, since this is none.
        """
        operations = list(operations)
        for place, fault in enumerate(self._faults):
            if not fault.matches(operations) or (named_only and fault.match.operation is None):
                continue
            waits = fault.after > 0
            used = fault.model_copy(
                update={"after": fault.after - 1} if waits else {"times": fault.times - 1},
            )
            rest = [used] if used.times else []
            self._keep([*self._faults[:place], *rest, *self._faults[place + 1 :]])
            if not waits:
                return fault
        return None

    def _keep(self, faults: list[Fault]) -> None:
        self._faults = faults
        self._store.set("faults", self.all())
