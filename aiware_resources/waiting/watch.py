"""What is awaited, and of which object."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from aiware_resources.api import Api, Unread
from aiware_resources.errors import WaitTimedOut
from aiware_resources.text.words import duration
from aiware_resources.waiting.row import Row
from aiware_resources.waiting.verdict import Failed, Verdict

R = TypeVar("R")


class Condition(Protocol[R]):
    """What is awaited: how to look at many objects at once, and what a look means."""

    kind: str

    def look(self, api: Api, ids: Sequence[str], unread: Unread) -> Mapping[str, R]:
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
        shown: The progress that the row shows, and after how many seconds it was written.
        unknown_since: Since when aiWARE has not shown it; ``None`` while it does.
        unread_since: Since when it could not be read; ``None`` while it can.
        is_asked_about: Whether a look at it is under way.
    """

    condition: Condition[R]
    object_id: str
    name: str
    row: Row
    timeout: float
    allow_failure: bool = False
    started: float = field(default_factory=time.monotonic)
    status: str | None = None
    shown: tuple[str, float] = ("", 0.0)
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
        seen = self.shown[0] or self.status
        return WaitTimedOut(
            f"{self.condition.kind} {self.object_id} was not finished within {duration(self.timeout)}; "
            + (f"last seen: {seen}." if seen else "aiWARE has not answered a question about it so far."),
            remedy="It goes on in aiWARE: run `pulumi up` again to resume waiting, or give it a longer timeout.",
            object_id=self.object_id,
            status=self.status,
        )
