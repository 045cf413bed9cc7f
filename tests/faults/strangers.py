"""Objects of somebody else, which look like those of the stack: to be left alone, whatever happens."""

from __future__ import annotations

from typing import Any

from aiware_resources import pipelines
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.local import Local

_CREATE_JOB = "mutation($input: CreateJob) { createJob(input: $input) { id } }"


def move_in(local: Local) -> None:
    """Makes look-alikes of everything that the programs declare, without what marks it as the stack's."""
    local.graphql(
        "mutation($input: CreateCluster!) { createCluster(input: $input) { id } }",
        input={"name": "faults ", "allowedEngines": ["all"], "dockerCredentials": {}},
    )
    for number in range(2):
        tdo = local.graphql(
            "mutation($input: CreateTDO) { createTDO(input: $input) { id } }",
            input={
                "name": f"title {number}",
                "startDateTime": 1574311000,
                "stopDateTime": 1574315000,
                "details": {"kept": True},
            },
        )["createTDO"]["id"]
        submit(local, tdo, "twins.txt")
        _request_export(local, tdo)
    submit(local, None, "own.txt")


def submit(local: Local, target_id: str | None, media: str) -> None:
    """Submits a job that equals one of the programs' in all but its marker."""
    graph = pipelines.translation(f"https://media.test/{media}")
    target: dict[str, Any] = {"target": {}} if target_id is None else {"target_id": target_id}
    content = api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes), **target})
    local.graphql(_CREATE_JOB, input=content)


def _request_export(local: Local, tdo: str) -> None:
    local.graphql(
        "mutation($input: CreateExportRequest!) { createExportRequest(input: $input) { id } }",
        input={"tdoData": [{"tdoId": tdo}], "outputConfigurations": []},
    )
