"""The retry decisions, as properties that hold for every failure."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from tenacity import RetryCallState

from aiware_resources import errors
from aiware_resources.api.client import Patience
from aiware_resources.api.failures import GRAPHQL_NAMES, HTTP_CODES, Cause, Failure, Kind, RequestFailed, final_error

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


patiences = st.builds(
    Patience,
    max_retries=st.integers(0, 100),
    base=st.floats(0.01, 10),
    cap=st.floats(0.01, 100),
    longest_wait=st.floats(0, 1000),
    longest_limit=st.floats(0, 1000),
)
kinds = st.sampled_from(Kind)
counts = st.integers(0, 10_000)
times = st.floats(0, 10_000)


@given(failures(), counts, times, patiences)
def test_a_mutation_is_sent_again_only_when_it_surely_was_not_applied(
    failure: Failure, done: int, elapsed: float, patience: Patience
) -> None:
    if patience.allows(Kind.MUTATION, failure, done, elapsed):
        assert failure.cause in CERTAIN


@given(failures())
def test_a_mutation_that_may_have_been_applied_is_reported_as_such(failure: Failure) -> None:
    lost = final_error(Kind.MUTATION, failure) is errors.AnswerLost
    assert lost == (failure.cause not in CERTAIN)


@given(failures())
def test_a_read_never_reports_a_lost_answer(failure: Failure) -> None:
    assert final_error(Kind.READ, failure) is failure.error


@given(failures(), counts, times, patiences)
def test_whatever_a_mutation_may_retry_a_read_may_as_well(
    failure: Failure, done: int, elapsed: float, patience: Patience
) -> None:
    if patience.allows(Kind.MUTATION, failure, done, elapsed):
        assert patience.allows(Kind.READ, failure, done, elapsed)


@given(kinds, failures(), counts, times, patiences)
def test_retrying_ends(kind: Kind, failure: Failure, done: int, elapsed: float, patience: Patience) -> None:
    if not patience.allows(kind, failure, done, elapsed):
        return
    if failure.is_put_off:
        assert elapsed + (failure.retry_after or 0) <= patience.longest_limit
    else:
        assert done < patience.max_retries
        assert (failure.retry_after or 0) <= patience.longest_wait


@given(kinds, counts)
def test_being_put_off_is_a_matter_of_time_and_not_of_attempts(kind: Kind, done: int) -> None:
    later = Failure(Cause.LIMITED, errors.RateLimited, "Not now.", retry_after=7)
    patience = Patience(max_retries=1, longest_limit=60)
    assert patience.allows(kind, later, done, 53)
    assert not patience.allows(kind, later, done, 53.1)
    # Who wants nothing to be sent again, means it.
    assert not Patience(max_retries=0).allows(kind, later, done, 0)


@given(kinds, failures(), patiences)
def test_what_was_refused_for_good_is_not_sent_again(kind: Kind, failure: Failure, patience: Patience) -> None:
    if failure.cause in (Cause.REFUSED, Cause.UNTRUSTED, Cause.UNAUTHENTICATED):
        assert not patience.allows(kind, failure, 0, 0)


def after(attempts: int, failure: Failure) -> RetryCallState:
    """What tenacity knows after so many attempts, the latest of which has failed."""
    outcome = SimpleNamespace(exception=lambda: RequestFailed(failure))
    return cast("RetryCallState", SimpleNamespace(attempt_number=attempts, outcome=outcome))


@given(failures(), st.integers(1, 10_000), patiences)
def test_a_pause_is_never_shorter_than_the_server_asked_for(
    failure: Failure, attempts: int, patience: Patience
) -> None:
    pause = patience.pause(after(attempts, failure))
    if failure.retry_after is None:
        assert 0 <= pause <= patience.cap
    else:
        assert failure.retry_after <= pause <= failure.retry_after + 1


def test_pauses_double_up_to_the_cap() -> None:
    failure = Failure(Cause.FAILING, errors.ServerFailure, "It failed.")
    patience = Patience(base=1, cap=5)
    with patch("tenacity.wait.random.uniform", lambda low, high: high):
        pauses = [patience.pause(after(attempts, failure)) for attempts in range(1, 6)]
    assert pauses == [1, 2, 4, 5, 5]
