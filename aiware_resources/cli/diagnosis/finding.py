"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """What a check found.

    Attributes:
        check: What was looked at.
        status: ``ok``; ``warn`` when it may do harm, or could not be looked at; ``fail`` when work will fail.
        seen: What was seen there.
        remedy: What to do about it; ``None`` when all is well.
    """

    check: str
    status: Status
    seen: str
    remedy: str | None = None


def ok(check: str, seen: str) -> Finding:
    """All is well."""
    return Finding(check, "ok", seen)


def warn(check: str, seen: str, remedy: str | None) -> Finding:
    """It may do harm, or could not be looked at."""
    return Finding(check, "warn", seen, remedy)


def fail(check: str, seen: str, remedy: str | None) -> Finding:
    """Work will fail."""
    return Finding(check, "fail", seen, remedy)
