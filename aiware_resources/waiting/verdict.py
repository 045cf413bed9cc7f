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
        record: What aiWARE says of it; ``None`` when aiWARE forgot the record but what it made is there.
    """

    record: R | None


@dataclass(frozen=True)
class Failed(Generic[R]):
    """It ended badly.

    Attributes:
        error: Why, and what to do.
        record: What aiWARE says of it.
    """

    error: AiwareError
    record: R | None


Verdict = Pending | Done[R] | Failed[R]
