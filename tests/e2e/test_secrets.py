"""No secret in state, output or logs."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
settings = pulumi.Config()
cluster = Cluster(
    "cluster",
    name="secretive",
    allowed_engines=["all"],
    docker_credentials={"password": "docker-4c1d9a"},
    service_token="service-8b7e2f",
)
graph = pipelines.transcription(settings.require_secret("url"))
job = Job("job", target={}, cluster_id=cluster.id, tasks=graph.tasks, routes=graph.routes)
export = ExportRequest(
    "export",
    tdo_data=[{"tdo_id": job.target_id}],
    output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
    download_to="out.vtt",
)
pulumi.export("captions", export.asset_uri)
"""


def test_no_secret_is_told(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    project.config(aiware__endpoint=f"{local.server.url}/v3/graphql")
    url = "file:examples/media/interview.mp4#query-91ac33"
    project.pulumi("config", "set", "--secret", "aiware:token", local.token)
    project.pulumi("config", "set", "--secret", "url", url)
    told = [project.pulumi("preview", "--diff").output]
    told.append(project.up().output)
    local.graphql(
        'mutation($id: ID!) { updateCluster(input: {id: $id, tags: ["x"]}) { id } }', id=local.only("clusters")["id"]
    )
    told.append(project.pulumi("preview", "--diff").output)
    told.append(project.pulumi("preview", "--json").output)
    told.append(project.pulumi("stack", "export").output)
    told.append(project.pulumi("stack", "output").output)
    told.append(local.log)
    told.append(local.request_log())
    told.append(project.destroy().output)
    for text in told:
        for secret in ("docker-4c1d9a", "service-8b7e2f", "query-91ac33", local.token, "signature="):
            assert secret not in text
