"""The retry decisions, as properties that hold for every failure."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from aiware_resources import errors
from aiware_resources.api.failures import GRAPHQL_NAMES, HTTP_CODES, Cause, Failure, Kind
from aiware_resources.api.retry import RetryPolicy, final_error, is_put_off, may_retry, pause_seconds

# The error classes that each cause really comes with.
ERRORS_BY_CAUSE = {
    cause: [error for known, error in [*HTTP_CODES.values(), *GRAPHQL_NAMES.values()] if known is cause]
    or [errors.NotSent]
    for cause in Cause
}
CERTAIN = {Cause.UNREACHED, Cause.UNTRUSTED, Cause.LIMITED, Cause.UNAUTHENTICATED, Cause.REFUSED}


@st.composite
def failures(draw: st.DrawFn) -> Failure:
    cause = draw(st.sampled_from(Cause))
    return Failure(
        cause,
        draw(st.sampled_from(ERRORS_BY_CAUSE[cause])),
        "It failed.",
        retry_after=draw(st.none() | st.floats(0, 10_000)),
    )


policies = st.builds(
    RetryPolicy,
    max_retries=st.integers(0, 100),
    base=st.floats(0.01, 10),
    cap=st.floats(0.01, 100),
    longest_wait=st.floats(0, 1000),
    longest_limit=st.floats(0, 1000),
)
kinds = st.sampled_from(Kind)
counts = st.integers(0, 10_000)
times = st.floats(0, 10_000)


@given(failures(), counts, times, policies)
def test_a_mutation_is_sent_again_only_when_it_surely_was_not_applied(
    failure: Failure, done: int, elapsed: float, policy: RetryPolicy
) -> None:
    if may_retry(Kind.MUTATION, failure, done, elapsed, policy):
        assert failure.cause in CERTAIN


@given(failures())
def test_a_mutation_that_may_have_been_applied_is_reported_as_such(failure: Failure) -> None:
    lost = final_error(Kind.MUTATION, failure) is errors.AnswerLost
    assert lost == (failure.cause not in CERTAIN)


@given(failures())
def test_a_read_never_reports_a_lost_answer(failure: Failure) -> None:
    assert final_error(Kind.READ, failure) is failure.error


@given(failures(), counts, times, policies)
def test_whatever_a_mutation_may_retry_a_read_may_as_well(
    failure: Failure, done: int, elapsed: float, policy: RetryPolicy
) -> None:
    if may_retry(Kind.MUTATION, failure, done, elapsed, policy):
        assert may_retry(Kind.READ, failure, done, elapsed, policy)


@given(kinds, failures(), counts, times, policies)
def test_retrying_ends(kind: Kind, failure: Failure, done: int, elapsed: float, policy: RetryPolicy) -> None:
    if not may_retry(kind, failure, done, elapsed, policy):
        return
    if is_put_off(failure):
        assert elapsed + (failure.retry_after or 0) <= policy.longest_limit
    else:
        assert done < policy.max_retries
        assert (failure.retry_after or 0) <= policy.longest_wait


@given(kinds, counts)
def test_being_put_off_is_a_matter_of_time_and_not_of_attempts(kind: Kind, done: int) -> None:
    later = Failure(Cause.LIMITED, errors.RateLimited, "Not now.", retry_after=7)
    policy = RetryPolicy(max_retries=1, longest_limit=60)
    assert may_retry(kind, later, done, 53, policy)
    assert not may_retry(kind, later, done, 53.1, policy)
    # Who wants nothing to be sent again, means it.
    assert not may_retry(kind, later, done, 0, RetryPolicy(max_retries=0))


@given(kinds, failures(), policies)
def test_what_was_refused_for_good_is_not_sent_again(kind: Kind, failure: Failure, policy: RetryPolicy) -> None:
    if failure.cause in (Cause.REFUSED, Cause.UNTRUSTED, Cause.UNAUTHENTICATED):
        assert not may_retry(kind, failure, 0, 0, policy)


@given(failures(), counts, policies, st.integers())
def test_a_pause_is_never_shorter_than_the_server_asked_for(
    failure: Failure, done: int, policy: RetryPolicy, seed: int
) -> None:
    pause = pause_seconds(failure, done, policy, random.Random(seed).uniform)  # noqa: S311 - not a secret
    if failure.retry_after is None:
        assert 0 <= pause <= policy.cap
    else:
        assert failure.retry_after <= pause <= failure.retry_after + 1


def test_pauses_double_up_to_the_cap() -> None:
    failure = Failure(Cause.FAILING, errors.ServerFailure, "It failed.")
    policy = RetryPolicy(base=1, cap=5)
    pauses = [pause_seconds(failure, done, policy, lambda low, high: high) for done in range(5)]
    assert pauses == [1, 2, 4, 5, 5]
