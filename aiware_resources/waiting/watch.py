"""What is awaited, what an answer about it can mean, and where its progress is shown."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

import pulumi

from aiware_resources.api import Api, Unread
from aiware_resources.errors import AiwareError, WaitTimedOut
from aiware_resources.text.words import duration

R = TypeVar("R")


@dataclass(frozen=True)
class Pending:
    """It goes on.

    Attributes:
        progress: How far it is, in a few words.
        status: The status seen.
    """

    progress: str
    status: str


@dataclass(frozen=True)
class Done(Generic[R]):
    """It is there.

    Attributes:
        record: What aiWARE says of it; ``None`` for a job that was seen complete before, and whose record is gone.
        note: What else is to be known of it; shown on its row where it was waited for.
    """

    record: R | None
    note: str | None = None


@dataclass(frozen=True)
class Failed(Generic[R]):
    """It has failed.

    Attributes:
        error: Why, and what to do.
        record: What aiWARE says of it.
    """

    error: AiwareError
    record: R | None


@dataclass(frozen=True)
class NotKnown:
    """aiWARE does not show it: not yet, not at the moment, or not any more. It is looked for again for a while.

    Attributes:
        error: What it is when it stays so.
    """

    error: AiwareError


Verdict = Pending | NotKnown | Done[R] | Failed[R]
"""What an answer can mean for an object."""


class Row:
    """Where messages about one resource go.

    It carries the resource's raw urn. The resource's own ``urn`` resolves on completion, so logging to the resource
    itself would wait for what it is to report on. Without a urn, messages go to the program as a whole.
    """

    def __init__(self, urn: pulumi.Output[str] | None) -> None:
        self.urn = urn

    def progress(self, message: str) -> None:
        """Shows how far something is; replaced by the next message."""
        pulumi.log.info(message, resource=self._resource, ephemeral=True)

    def info(self, message: str) -> None:
        """Says something that stays on the screen."""
        pulumi.log.info(message, resource=self._resource)

    def warn(self, message: str) -> None:
        """Warns."""
        pulumi.log.warn(message, resource=self._resource)

    def error(self, message: str) -> None:
        """Reports a failure."""
        pulumi.log.error(message, resource=self._resource)

    @property
    def _resource(self) -> pulumi.Resource | None:
        if self.urn is None:
            return None
        # The logging functions only read the urn of what they are given.
        return cast(pulumi.Resource, cast(Any, self))


class Condition(Protocol[R]):
    """What is awaited: how to read many objects at once, and what an answer means."""

    kind: str

    def read(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, R]:
        """Reads objects in batches; an id that aiWARE does not know is in neither the answer nor `unread`."""

    def judge(self, object_id: str, record: R | None) -> Verdict[R]:
        """What a record means; ``None`` when aiWARE does not show the object."""

    def explain(self, api: Api, object_id: str, failed: Failed[R]) -> Verdict[R]:
        """Asks aiWARE for more about what has failed."""


@dataclass(eq=False)
class Watch(Generic[R]):
    """One object awaited.

    Attributes:
        condition: What is awaited of it.
        object_id: Its id in aiWARE.
        name: The resource's name in the program.
        row: Where its progress is shown.
        timeout: Seconds to wait at the most.
        allow_failure: Whether dependents may run after a failure.
        started: When the waiting began, by the monotonic clock.
        status: The status that was seen last.
        progress: The progress that was seen last.
        told: After how many seconds the row was written.
        unknown_since: Since when aiWARE has not shown it; ``None`` while it does.
        unread_since: Since when it could not be read; ``None`` while it can.
        is_asked_about: Whether a poll of it is under way.
    """

    condition: Condition[R]
    object_id: str
    name: str
    row: Row
    timeout: float
    allow_failure: bool = False
    started: float = field(default_factory=time.monotonic)
    status: str | None = None
    progress: str = ""
    told: float = 0.0
    unknown_since: float | None = None
    unread_since: float | None = None
    is_asked_about: bool = False

    def __post_init__(self) -> None:
        self.completion: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    @property
    def elapsed(self) -> float:
        """Seconds since the waiting began."""
        return time.monotonic() - self.started

    @property
    def time_left(self) -> float:
        """Seconds until the waiting ends, whatever has been seen by then."""
        return self.timeout - self.elapsed

    def timed_out(self) -> WaitTimedOut:
        """The error of a waiting that has lasted too long."""
        seen = self.progress or self.status
        return WaitTimedOut(
            f"{self.condition.kind} {self.object_id} was not finished within {duration(self.timeout)}; "
            + (f"last seen: {seen}." if seen else "aiWARE has not answered a question about it so far."),
            remedy="It goes on in aiWARE: run `pulumi up` again to resume waiting, or give it a longer timeout.",
            object_id=self.object_id,
            status=self.status,
        )
