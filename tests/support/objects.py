"""Objects in the local aiWARE, made behind the command's back."""

from __future__ import annotations

from typing import Any

from aiware_resources import engines, pipelines
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.local import Local

BROKEN = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "no speech in it"}}}
"""Behaviour under which transcriptions fail."""


def job_input(
    media: str = "https://media.test/a.mp4", engine_id: str = engines.SPEECHMATICS_ENGLISH, **more: Any
) -> dict[str, Any]:
    """A createJob input, of a transcription that makes its own TDO unless it is told otherwise."""
    graph = pipelines.transcription(media, engine_id=engine_id)
    target = {} if "targetId" in more else {"target": {"name": "council"}}
    return {**api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes)}), **target, **more}


def submit(local: Local, **more: Any) -> str:
    """Submits a transcription, and returns its id."""
    create = "mutation($input: CreateJob) { createJob(input: $input) { id } }"
    made: str = local.graphql(create, input=job_input(**more))["createJob"]["id"]
    return made


def make_tdo(local: Local, name: str | None = None) -> str:
    """Makes a TDO, and returns its id."""
    create = "mutation($input: CreateTDO) { createTDO(input: $input) { id } }"
    content = {"startDateTime": 1_700_000_000, "stopDateTime": 1_700_003_600} | ({"name": name} if name else {})
    made: str = local.graphql(create, input=content)["createTDO"]["id"]
    return made


def make_cluster(local: Local, name: str, kind: str = "RT") -> str:
    """Makes a cluster, and returns its id."""
    create = "mutation($input: CreateCluster!) { createCluster(input: $input) { id } }"
    content = {"name": name, "type": kind, "allowedEngines": ["all"], "dockerCredentials": {"user": "sekrit"}}
    content |= {"memorySize": "20gb", "serviceToken": "sekrit"}
    made: str = local.graphql(create, input=content)["createCluster"]["id"]
    return made


def request_export(local: Local, tdo_id: str, *extensions: str) -> str:
    """Requests an export of a transcription, and returns its id."""
    content = {
        "tdoData": [{"tdoId": tdo_id}],
        "outputConfigurations": [
            {
                "engineId": engines.SPEECHMATICS_ENGLISH,
                "formats": [{"extension": extension} for extension in extensions],
            }
        ],
    }
    create = "mutation($input: CreateExportRequest!) { createExportRequest(input: $input) { id } }"
    made: str = local.graphql(create, input=content)["createExportRequest"]["id"]
    return made
