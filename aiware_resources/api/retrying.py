"""The loop around one request: attempt, decide, pause, attempt again."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeVar

from tenacity import RetryCallState, Retrying

from aiware_resources.api.failures import Failure, Kind
from aiware_resources.api.rate_limit import Gates, shared_folder
from aiware_resources.api.retry import RetryPolicy, is_put_off, may_retry, pause_seconds
from aiware_resources.settings import Settings

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
        gates: Where the requests of each token are held back; by default none that other processes know of.
    """

    policy: RetryPolicy
    sleep: Sleep = time.sleep
    uniform: Callable[[float, float], float] = random.uniform
    clock: Callable[[], float] = time.monotonic
    gates: Gates | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say; rate limits are shared with the other processes of this user."""
        return cls(
            RetryPolicy(max_retries=settings.max_retries),
            gates=Gates(folder=shared_folder(), own_limit=settings.rate_limit),
        )


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

    started = patience.clock()
    # How often it failed already, by whether it was only put off.
    failed: Counter[bool] = Counter()

    def again(state: RetryCallState) -> bool:
        failure = _failure_of(state)
        if failure is None:
            return False
        put_off = is_put_off(failure)
        failed[put_off] += 1
        return may_retry(kind, failure, failed[put_off] - 1, patience.clock() - started, patience.policy)

    def pause(state: RetryCallState) -> float:
        failure = _failure_of(state)
        return _pause(failure) if failure else 0.0

    def _pause(failure: Failure) -> float:
        done = failed[is_put_off(failure)] - 1
        seconds = pause_seconds(failure, done, patience.policy, patience.uniform)
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
