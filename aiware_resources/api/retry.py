"""Whether and when to send a request again, as small decision functions without side effects.

A read is sent again whenever that may help. A mutation is sent again only when it surely was not applied; otherwise its
answer counts as lost, and the caller looks first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiware_resources import errors
from aiware_resources.api.failures import Cause, Failure, Kind

# Causes after which the very same request can succeed later.
_WORTH_RETRYING = {
    Kind.READ: {Cause.UNREACHED, Cause.LIMITED, Cause.OVERLOADED, Cause.FAILING},
    Kind.MUTATION: {Cause.UNREACHED, Cause.LIMITED},
}
# Causes that leave open whether the request was applied.
_UNCERTAIN = {Cause.OVERLOADED, Cause.FAILING, Cause.UNREADABLE}


@dataclass(frozen=True)
class RetryPolicy:
    """How patient to be.

    Attributes:
        max_retries: How often a request is sent again, at the most. Being put off until later by a rate limit does not
            count: that is a matter of time.
        base: Upper bound of the first pause, in seconds; it doubles with each further one.
        cap: Upper bound of every pause that the server did not ask for, in seconds.
        longest_wait: Longest pause that the server may ask for, in seconds; a longer one ends the retrying.
        longest_limit: How long a rate limit may put a request off altogether, in seconds.
    """

    max_retries: int = 5
    base: float = 0.5
    cap: float = 30.0
    longest_wait: float = 300.0
    longest_limit: float = 900.0


def may_retry(kind: Kind, failure: Failure, retries_done: int, elapsed: float, policy: RetryPolicy) -> bool:
    """Says whether to send a request again after this failure.

    Args:
        kind: Whether the request changes something.
        failure: How the latest attempt failed.
        retries_done: How often the request has been sent again already, other than when it was put off.
        elapsed: Seconds since it was to be sent first.
        policy: How patient to be.
    """
    asked = failure.retry_after or 0.0
    if is_put_off(failure):
        return policy.max_retries > 0 and elapsed + asked <= policy.longest_limit
    if asked > policy.longest_wait:
        return False
    return retries_done < policy.max_retries and failure.cause in _WORTH_RETRYING[kind]


def is_put_off(failure: Failure) -> bool:
    """Says whether the server has a time for the request, if not now: a rate limit that names it."""
    return failure.cause is Cause.LIMITED and failure.retry_after is not None


def pause_seconds(
    failure: Failure, retries_done: int, policy: RetryPolicy, uniform: Callable[[float, float], float]
) -> float:
    """Says how long to wait before sending again: what the server asked for, and a random part on top (full jitter).

    Args:
        failure: How the latest attempt failed.
        retries_done: How often the request has been sent again already.
        policy: How patient to be.
        uniform: Draws a number between two bounds, such as `random.uniform`.
    """
    # The exponent is capped so that a large count cannot overflow a float.
    jitter = uniform(0.0, min(policy.cap, policy.base * 2 ** min(retries_done, 32)))
    if failure.retry_after is None:
        return jitter
    # Earlier requests fail again. Those who wait for the same moment should not all come at it: a second of spread.
    return failure.retry_after + min(jitter, 1.0)


def final_error(kind: Kind, failure: Failure) -> type[errors.ApiError]:
    """Says which exception a failure becomes once nothing is left to try."""
    if kind is Kind.MUTATION and (failure.cause in _UNCERTAIN or failure.error is errors.ApiError):
        return errors.AnswerLost
    return failure.error
