"""The exception tree: what the messages look like, and that errors survive a trip to another process."""

from __future__ import annotations

import inspect
import pickle
import re
from pathlib import Path

import pytest

from aiware_resources import errors

ALL = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]
API = [value for value in ALL if issubclass(value, errors.ApiError)]


def test_every_error_belongs_to_one_tree() -> None:
    assert len(ALL) > 20
    assert all(issubclass(error, errors.AiwareError) for error in ALL)


@pytest.mark.parametrize("error", [error for error in ALL if error is not errors.RunFailed])
def test_the_text_is_what_happened_and_what_to_do(error: type[errors.AiwareError]) -> None:
    assert str(error("The job j1 failed.")) == "The job j1 failed."
    assert str(error("The job j1 failed.", remedy="Look at its log.")) == "The job j1 failed. Look at its log."


@pytest.mark.parametrize("error", API)
def test_api_errors_carry_what_support_asks_for(error: type[errors.ApiError]) -> None:
    made = error("No.", operation="createJob", status=200, name="not_found", request_id="r1", object_id="j1")
    assert (made.operation, made.status, made.name, made.request_id, made.object_id) == (
        "createJob",
        200,
        "not_found",
        "r1",
        "j1",
    )


def test_errors_can_be_pickled_with_all_they_carry() -> None:
    limited = errors.RateLimited("Slow down.", remedy="Wait.", operation="job", status=429, retry_after=3.0)
    failed = errors.JobFailed("Job j1 failed.", object_id="j1", status="failed")
    copy = pickle.loads(pickle.dumps(errors.RunFailed([limited, failed])))  # noqa: S301 - made two lines above
    assert str(copy) == str(errors.RunFailed([limited, failed]))
    assert copy.failures[0].retry_after == 3.0
    assert copy.failures[1].object_id == "j1"


def test_work_that_failed_is_caught_by_one_class() -> None:
    for error in (errors.JobFailed, errors.ExportFailed, errors.ClusterFailed):
        made = error("It failed.", object_id="x", status="failed")
        assert isinstance(made, errors.WorkFailed)
        assert (made.object_id, made.status) == ("x", "failed")


def test_a_run_with_several_failures_lists_each_of_them() -> None:
    first = errors.JobFailed("Job j1 failed:\ntask t1 ended as failed.", remedy="Look at its log.")
    text = str(errors.RunFailed([first, errors.ExportFailed("Export e1 failed.")]))
    assert text == (
        "2 things failed:\n1. Job j1 failed:\n   task t1 ended as failed. Look at its log.\n2. Export e1 failed."
    )


def test_a_run_with_one_failure_says_so() -> None:
    assert str(errors.RunFailed([errors.JobFailed("Job j1 failed.")])) == "1 thing failed:\n1. Job j1 failed."


def test_no_remedy_puts_a_secret_on_a_command_line() -> None:
    remedies = [path.read_text(encoding="utf-8") for path in Path(errors.__file__).parent.rglob("*.py")]
    given = re.compile(r"--secret [^\n\"`]*(?:<(?!stack>)\w+>|\bVALUE\b)")
    assert [found for text in remedies for found in given.findall(text)] == []
