"""Adoption all the way round: made by hand, written as Python, taken over as it is, left by destroy. And prod."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from aiware_resources import engines, pipelines
from aiware_resources.job import JobState
from aiware_resources.reconcile.naming import api_properties
from tests.support.local import Local
from tests.support.markdown import blocks
from tests.support.project import ROOT, Project

CLUSTER = {
    "name": "prod-cluster",
    "allowedEngines": ["all"],
    "dockerCredentials": {"user": "u", "password": "docker-secret-1"},
    "serviceToken": "service-secret-1",
    "type": "RT",
    "memorySize": "20gb",
    "storageSize": "1500mb",
    "tags": ["b", "a"],
    "status": "active",
    "clusterConfig": {"depth": {"n": 3}, "apiKey": "config-secret-1"},
    "collaborators": [{"organizationId": 7, "permission": "viewer"}],
}
TDO = {
    "name": "Stadtrat, 市议会 «2026»",
    "description": 'He said: "it\'s here"\n',
    "startDateTime": 1574311000,
    "stopDateTime": 1574315000,
    "source": "camera",
    "status": "recorded",
    "isPublic": True,
    "details": {"camera": {"room": 1}, "tags": ["a", "b"]},
}
MEDIA = "file:examples/media/interview.mp4"
GONE = {engines.OUTPUT_WRITER: {"fail": {"reason": "bad_data", "message": "no room"}}}


def make(local: Local, mutation: str, input_type: str, content: dict[str, Any]) -> str:
    document = f"mutation($input: {input_type}) {{ {mutation}(input: $input) {{ id }} }}"
    made: str = local.graphql(document, input=content)[mutation]["id"]
    return made


def job_input(url: str, **more: Any) -> dict[str, Any]:
    graph = pipelines.transcription(url)
    return api_properties(JobState, {"tasks": list(graph.tasks), "routes": list(graph.routes), **more})


def without_notes(value: Any) -> Any:
    """Objects without what changes when a TDO notes which jobs were released."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in {"pulumiReleased", "modifiedDateTime"}}
        return {key: without_notes(item) for key, item in kept.items()}
    return [without_notes(item) for item in value] if isinstance(value, list) else value


def objects(local: Local) -> str:
    """Every object as it is; links are signed again with every look, and a TDO notes which jobs were released."""
    return re.sub(r"\?expires=[^\"]*", "", json.dumps(without_notes(local.objects()), indent=1))


def test_what_was_made_by_hand_is_taken_over_and_left(project: Project, local: Local) -> None:
    cluster = make(local, "createCluster", "CreateCluster!", CLUSTER)
    paused = make(local, "createCluster", "CreateCluster!", {**CLUSTER, "name": "prod-cluster"})
    local.graphql("mutation($id: ID!) { pauseCluster(input: {id: $id}) { id } }", id=paused)
    tdo = make(local, "createTDO", "CreateTDO", TDO)
    bare = make(local, "createTDO", "CreateTDO", {"startDateTime": 1, "stopDateTime": 2})
    url = "https://media.test/a.mp4?signature=url-secret-1"
    finished = make(local, "createJob", "CreateJob", job_input(MEDIA, targetId=tdo, clusterId=cluster, name="a job"))
    local.behave(jobSeconds=0, engines=GONE)
    failed = make(local, "createJob", "CreateJob", job_input(url, target={"name": "made by the job"}))
    local.behave(jobSeconds=0)
    export = make(
        local,
        "createExportRequest",
        "CreateExportRequest!",
        {
            "tdoData": [{"tdoId": tdo}],
            "outputConfigurations": [
                {"engineId": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]},
            ],
        },
    )
    assert {each["status"] for each in local.objects()["jobs"]} == {"complete", "failed"}

    named = ["--tdo", tdo, "--tdo", bare, "--job", finished, "--job", failed, "--export", export]
    adopted = project.aiware("adopt", "--all-clusters", *named, "-o", "__main__.py")
    assert adopted.returncode == 0, adopted.stderr
    source = (project.folder / "__main__.py").read_text()
    assert "secret-1" not in source
    wanted = re.findall(r"pulumi config set --secret ([\w-]+) --stack <stack>$", source, re.MULTILINE)
    assert len(wanted) == 3
    secrets = {key: url if key.endswith("url") else "config-secret-1" for key in wanted}
    project.config(**{f"aiware-pipelines:{key}": value for key, value in secrets.items()})

    before, made = objects(local), local.mutations()
    project.up()
    assert local.mutations() == made
    assert objects(local) == before
    assert len(project.state()) == 7
    project.destroy()
    assert local.mutations() == made
    assert objects(local) == before


def test_prod_never_deletes_and_other_stacks_read_its_outputs(project: Project, local: Local, tmp_path: Path) -> None:
    for name in ("__main__.py", "configuration.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, project.folder)
    config = yaml.safe_load((ROOT / "stacks" / "Pulumi.prod.yaml").read_text())["config"]
    recording = {"name": "city-council", "url": MEDIA, "formats": ["vtt"]}
    project.config(**config | {"aiware:endpoint": "local", "aiware-pipelines:recordings": [recording]})
    size = {"memorySize": "40gb", "storageSize": "100gb", "tags": ["pulumi", "prod"]}
    cluster = make(local, "createCluster", "CreateCluster!", {**CLUSTER, **size, "name": "pipelines-prod"})
    project.config(aiware__wiat="true")
    misspelled = project.up(fails=True).output
    assert "aiware:wiat is not a setting: did you mean aiware:wait?" in misspelled
    assert "Traceback" not in misspelled
    assert local.mutations() == {"createCluster": 1}

    project.config(aiware__wiat=None)
    project.up()
    assert project.outputs()["cluster"] == cluster

    reader = tmp_path / "reader"
    reader.mkdir()
    (reader / "Pulumi.yaml").write_text("name: reader\nruntime: python\n")
    (example,) = [block for block in blocks(ROOT / "docs" / "stacks.md", "python") if "StackReference" in block]
    (reader / "__main__.py").write_text(example)
    run = {"cwd": reader, "env": project.environment, "capture_output": True, "text": True, "check": False}
    for command in (["stack", "init", "local"], ["up", "--yes", "--skip-preview"]):
        done = subprocess.run(["pulumi", *command, "--non-interactive"], **run)  # type: ignore[call-overload]
        assert done.returncode == 0, done.stdout + done.stderr
    assert (reader / "out" / "minutes.txt").read_text().strip()

    before = objects(local)
    refused = project.pulumi("destroy", "--yes", "--skip-preview", fails=True).output
    assert "protected" in refused
    assert [made for made in local.mutations() if made.startswith(("delete", "cleanup", "cancel"))] == []
    assert objects(local) == before
