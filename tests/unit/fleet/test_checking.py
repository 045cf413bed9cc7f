"""What is wrong with a fleet is said before anything is submitted."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources import JobTemplate
from aiware_resources.fleet.checking import problems
from aiware_resources.settings import Settings


@pytest.mark.parametrize(
    ("argument", "path", "says"),
    [
        ({"cluster_id": "c"}, "clusterId", "belongs beside the template"),
        ({"on_failure": "keep"}, "onFailure", "belongs beside the template"),
        ({"wait": False}, "wait", "belongs beside the template"),
        ({"adopt": "j1"}, "adopt", "a fleet adopts no jobs"),
        ({"results_to": "out"}, "resultsTo", "a fleet writes no files"),
    ],
)
def test_a_template_says_what_jobs_are_and_nothing_else(argument: dict[str, Any], path: str, says: str) -> None:
    make: Any = JobTemplate
    template = make(tasks=[], **argument).properties
    found = problems(Settings(), {}, {"template": template, "media": {"a": {}}})
    assert [(problem.path, says in problem.reason) for problem in found] == [(("template", path), True)]
