"""Converted documents on the real engine: what is sent is what the documents say, and it runs to its end."""

from __future__ import annotations

import json
from typing import Any

from tests.contracts.documents import RIGHT, on
from tests.support.conversion import NAMED_CORRELATIONS, normal
from tests.support.edge import GOLDEN, golden, named_by_place
from tests.support.local import Local
from tests.support.project import ROOT, Project

MUTATION = ROOT / "tests" / "contracts" / "calls" / "06-create-job.graphql"
MEDIA = {"assetType": "media", "uri": "https://media.example/talk.mp4"}


def without_markers(sent: dict[str, Any]) -> dict[str, Any]:
    """What was sent, without what Pulumi knows its objects by."""
    job = {key: item for key, item in sent.items() if key not in {"jobConfig", "name"}}
    if job.get("target"):
        job["target"] = {key: item for key, item in job["target"].items() if key != "details"}
    return normal(job)


def test_documents_as_one_program(project: Project, local: Local) -> None:
    local.behave(jobSeconds=0, recordRequests=True)
    create_tdo = "mutation($input: CreateTDO) { createTDO(input: $input) { id } }"
    times = {"startDateTime": 1_700_000_000, "stopDateTime": 1_700_003_600}
    tdo = local.graphql(create_tdo, input={**times, "assets": [MEDIA]})["createTDO"]["id"]
    jobs = [on(document, tdo) for document in RIGHT]
    (project.folder / "scripts").mkdir()
    for number, job in enumerate(jobs):
        (project.folder / "scripts" / f"{number:02}.json").write_text(json.dumps(job))
    cluster = local.graphql(
        'mutation { createCluster(input: {name: "c", allowedEngines: ["all"], dockerCredentials: {}}) { id } }'
    )["createCluster"]["id"]
    mutation = MUTATION.read_text().replace("_YOUR_CLUSTER_ID", cluster)
    (project.folder / "scripts" / "seed.graphql").write_text(mutation)
    assert project.aiware("convert", "scripts", "-o", "__main__.py").returncode == 0

    assert set(project.preview().values()) == {"create"}
    project.up()
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    sent = [request["body"]["variables"]["input"] for request in local.requests("createJob")]
    assert len(sent) == len(jobs) + 1
    texts = [json.dumps(without_markers(job), sort_keys=True) for job in sent]
    for job in jobs:
        assert json.dumps(without_markers(job), sort_keys=True) in texts
    assert project.preview() == {}


def test_jobs_of_edge(project: Project, local: Local) -> None:
    project.config(aiware__api="edge")
    local.behave(jobSeconds=0, recordRequests=True)
    (project.folder / "named.json").write_text(json.dumps({"jobs": [NAMED_CORRELATIONS]}))
    ran = project.aiware("convert", str(GOLDEN), "named.json", "-o", "__main__.py")
    assert "Runs on aiWARE Edge: pulumi config set aiware:api edge --stack <stack>" in ran.stderr
    assert project.preview() == {"Job edge-translation-job": "create", "Job named": "create"}
    project.up()
    sent = [request["body"] for request in local.requests("createJob")]
    for body in sent:
        # The marker is the library's own.
        del body["jobs"][0]["jobConfigJSON"]
    assert len(sent) == 2
    assert golden() in [named_by_place(body) for body in sent]
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    assert project.preview() == {}
