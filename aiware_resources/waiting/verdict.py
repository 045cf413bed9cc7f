"""What a look at something awaited can show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from aiware_resources.errors import AiwareError

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
    """

    record: R | None


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
"""What a look can show of an object."""
