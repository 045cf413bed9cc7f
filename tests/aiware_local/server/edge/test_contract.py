"""The Edge API of the local aiWARE against its definition, with requests that are made up from it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import settings
from schemathesis.checks import missing_required_header, positive_data_acceptance

from aiware_local.server.edge.api import OPERATIONS
from tests.aiware_local.edge_support import is_uuid, translation_job
from tests.contracts.edge import definition
from tests.support.local import Local

EXAMPLES = 5
"""Requests for each operation, besides those for the edges of its parameters; all together take a few seconds."""
STRICTER = (positive_data_acceptance, missing_required_header)
"""A server may refuse what the schemas allow: an offset below zero, an organization that it does not know."""


def _without_security() -> dict[str, Any]:
    """The definition without its tokens: every request carries one, in either header."""
    content = copy.deepcopy(definition())
    for path in content["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return content


schema = schemathesis.openapi.from_dict(_without_security())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    media = tmp_path_factory.mktemp("media")
    running = Local(tmp_path_factory.mktemp("aiware"), media)
    running.behave(jobSeconds=0)
    yield running
    running.stop()


def test_the_operations_are_those_of_the_definition() -> None:
    defined = {
        (operation["operationId"], method.upper(), path)
        for path, item in definition()["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }
    assert {(operation.id, operation.method, operation.path) for operation in OPERATIONS} == defined


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)
def test_answers_to_made_up_requests_conform(case: schemathesis.Case[Any], served: Local) -> None:
    headers = {"Authorization": f"Bearer {served.token}"}
    if _is_uuid(case.path_parameters.get("JobID")):
        case.path_parameters["JobID"] = _finished_job(served)
    case.call_and_validate(base_url=served.server.edge_url, headers=headers, excluded_checks=list(STRICTER))


def _finished_job(served: Local) -> str:
    """The id of a job that there is, in place of one that was made up."""
    job_id: str = served.edge("POST", "/proc/job/create", json={"jobs": [translation_job()]})["internalJobIds"][0]
    return job_id


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and is_uuid(value)
    except ValueError:
        return False
