"""Several aiWAREs in one program: each resource is in that of its provider, and no token goes to another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.local import Local
from tests.support.project import STACK, Project

PROGRAM = """
from aiware_resources import JobFleet, JobTemplate, Provider, get_cluster, get_engine_results, media_key, media_value

config = pulumi.Config()
news = Provider("news", endpoint=config.require("newsEndpoint"), token=config.require_secret("newsToken"))
of_news = pulumi.ResourceOptions(provider=news)
dag = pipelines.transcription("file:examples/media/interview.mp4")


class Recording(pulumi.ComponentResource):
    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tests:index:Recording", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.tdo = TemporalDataObject(f"{name}-tdo", child, name=f"{name}-tdo", start_date_time=0, stop_date_time=60)
        self.job = Job(f"{name}-job", child, target_id=self.tdo.id, dag=dag, results_to=f"results/{name}")


here, there = Recording("here"), Recording("there", of_news)
cluster = Cluster("cluster", of_news, name="news-cluster", allowed_engines=["all"], type="RT")
text = {"asset_type": "text", "content_type": "text/plain", "file": "examples/media/bienvenida.txt"}
note = TemporalDataObject("note", of_news, name="note", start_date_time=0, stop_date_time=1, assets=[text])
template = JobTemplate(dag=pipelines.translation(media_value("url")), target={"name": media_key()})
fleet = JobFleet("fleet", of_news, template=template, media={"entry": {"url": "https://media.test/a.txt"}})
export = ExportRequest(
    "export",
    of_news,
    tdo_data=[{"tdo_id": there.job.target_id}],
    output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
    download_to="captions.vtt",
)
found = get_engine_results(job_id=there.job.id, opts=pulumi.InvokeOptions(provider=news))
pulumi.export("statuses", [here.job.status, there.job.status, export.status])
pulumi.export("cluster", get_cluster(cluster.id, pulumi.InvokeOptions(parent=there))["name"])
pulumi.export("results", [found.apply(len), there.job.results().apply(len)])
read = TemporalDataObject.get("read", there.tdo.id, of_news)
pulumi.export("read", read.name)
"""


@pytest.fixture
def news(tmp_path: Path, project: Project) -> Iterator[Local]:
    """The local aiWARE of another organization."""
    server = Local(tmp_path / "news-data", project.folder)
    yield server
    server.stop()


def names(aiware: Local, kind: str) -> list[str]:
    """The names of its objects; an automatic one is empty."""
    return sorted(each["name"] or "" for each in aiware.objects()[kind])


def test_each_resource_is_in_the_aiware_of_its_provider(project: Project, local: Local, news: Local) -> None:
    for server in (local, news):
        server.behave(jobSeconds=0, exportSeconds=0, clusterSeconds=0)
    # Either aiWARE refuses the token of the other.
    project.environment |= {"AIWARE_TOKEN": local.token, "AIWARE_ENDPOINT": local.endpoint}
    project.config(**{"aiware__endpoint": local.endpoint, "aiware-pipelines__newsEndpoint": news.endpoint})
    project.pulumi("config", "set", "--secret", "newsToken", news.token)
    project.program(PROGRAM)
    assert set(project.preview().values()) == {"create"}
    assert (local.mutations(), news.mutations()) == ({}, {})

    project.up()
    outputs = project.outputs()
    assert outputs["statuses"] == ["complete"] * 3
    assert (outputs["cluster"], outputs["read"], outputs["results"]) == ("news-cluster", "there-tdo", [1, 1])
    assert (project.folder / "captions.vtt").read_text().startswith("WEBVTT")
    assert (names(local, "tdos"), names(news, "tdos")) == (["here-tdo"], ["entry", "note", "there-tdo"])
    assert (names(local, "clusters"), names(news, "clusters")) == ([], ["news-cluster"])
    assert [len(each.objects()["jobs"]) for each in (local, news)] == [1, 2]
    assert [len(each.objects()["exports"]) for each in (local, news)] == [0, 1]
    assert news.token not in json.dumps(project.resources())

    made = local.mutations(), news.mutations()
    project.up("--refresh")
    assert project.changes() == {}
    assert (local.mutations(), news.mutations()) == made

    listed = project.told("-s", STACK, "--provider", "news", "tdos", "list")
    assert {each["name"] for each in listed} == {"entry", "note", "there-tdo"}
    note = project.state()["TemporalDataObject note"]["id"]
    news.graphql('mutation($id: ID!) { updateTDO(input: {id: $id, name: "else"}) { id } }', id=note)
    drifted = json.loads(project.aiware("drift", "-s", STACK, "--json").stdout)["drift"]
    assert [each["id"] for each in drifted] == [note]

    project.program(PROGRAM.replace('Recording("here")', 'Recording("here", of_news)'))
    project.up("--refresh")
    assert [project.changes().get(each) for each in ("TemporalDataObject here-tdo", "Job here-job")] == ["replace"] * 2
    assert names(local, "tdos") == []
    assert names(news, "tdos") == ["entry", "here-tdo", "note", "there-tdo"]

    project.destroy()
    assert [each.objects()["tdos"] for each in (local, news)] == [[], []]
    assert names(news, "clusters") == []
