"""The loop around one request: attempt, decide, pause, attempt again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying

from aiware_resources.api.failures import Failure, Kind
from aiware_resources.api.retry import RetryPolicy, may_retry, pause_seconds

T = TypeVar("T")
Sleep = Callable[[float], None]


class RequestFailed(Exception):
    """One attempt failed; internal to this package, which turns it into a public error in the end."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class GaveUp(Exception):
    """Nothing is left to try; internal to this package, as `RequestFailed`."""

    def __init__(self, failure: Failure, attempts: int) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.attempts = attempts


@dataclass(frozen=True)
class Patience:
    """How the retrying is done.

    Attributes:
        policy: How patient to be.
        sleep: Waits for so many seconds.
        uniform: Draws a number between two bounds.
        clock: Monotonic clock, in seconds.
    """

    policy: RetryPolicy
    sleep: Sleep = time.sleep
    uniform: Callable[[float, float], float] = random.uniform
    clock: Callable[[], float] = time.monotonic


def with_retries(
    attempt: Callable[[], T], kind: Kind, patience: Patience, on_pause: Callable[[Failure, float], None]
) -> T:
    """Runs an attempt until it succeeds or nothing is left to try.

    Args:
        attempt: Sends the request once; raises RequestFailed.
        kind: Whether the request changes something.
        patience: How the retrying is done.
        on_pause: Is told of each failure that is followed by another attempt, and of the seconds until then.

    Raises:
        GaveUp: With the latest failure.
    """

    def again(state: RetryCallState) -> bool:
        failure = _failure_of(state)
        return failure is not None and may_retry(kind, failure, state.attempt_number - 1, patience.policy)

    def pause(state: RetryCallState) -> float:
        failure = _failure_of(state)
        return _pause(failure, state.attempt_number - 1) if failure else 0.0

    def _pause(failure: Failure, retries_done: int) -> float:
        seconds = pause_seconds(failure, retries_done, patience.policy, patience.uniform)
        on_pause(failure, seconds)
        return seconds

    retrying = Retrying(retry=again, wait=pause, sleep=patience.sleep)
    try:
        return retrying(attempt)
    except RequestFailed as error:
        # The cause is not chained: what the HTTP library says may quote a signed link.
        raise GaveUp(error.failure, int(retrying.statistics.get("attempt_number", 1))) from None


def _failure_of(state: RetryCallState) -> Failure | None:
    error = state.outcome.exception() if state.outcome else None
    return error.failure if isinstance(error, RequestFailed) else None
