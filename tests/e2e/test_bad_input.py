"""Bad input: each a clear error in the preview, before anything is created."""

from __future__ import annotations

from typing import Any

from aiware_resources.engines import SPEECHMATICS_ENGLISH as SPEECH
from tests.support.local import Local
from tests.support.project import Project

GOOD = """
cluster = Cluster("cluster", name="c", allowed_engines=["all"])
tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time={stop})
graph = pipelines.transcription("file:examples/media/voice-note.m4a")
job = Job("job", {target} cluster_id=cluster.id, tasks=graph.tasks, routes=[*graph.routes, {routes}])
export = ExportRequest(
    "export",
    tdo_data=[{{"tdo_id": job.target_id}}],
    output_configurations=[{{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": "{extension}"}}]}}],
)
"""

FINE = {"stop": "1574315000", "target": "target_id=tdo.id,", "routes": "", "extension": "vtt"}

NOWHERE = '{"parent_io_folder_reference_id": "nowhere", "child_io_folder_reference_id": "speech"}'


CYCLE = """
def task(engine, came_in, goes_out):
    return {"engine_id": engine, "io_folders": [
        {"reference_id": came_in, "mode": "chunk", "type": "input"},
        {"reference_id": goes_out, "mode": "chunk", "type": "output"},
    ]}

def route(parent, child):
    return {"parent_io_folder_reference_id": parent, "child_io_folder_reference_id": child}

Job(
    "job",
    target_id="1",
    tasks=[task("first", "a", "b"), task("second", "c", "d")],
    routes=[route("b", "c"), route("d", "a")],
)
"""


def test_in_the_program(project: Project, local: Local) -> None:
    for program, says in (
        (bad(routes=NOWHERE), ["routes[4].parentIoFolderReferenceId", 'no task has a folder "nowhere"']),
        (bad(target="target_id=tdo.id, target={},"), ["targetId", "given beside target"]),
        (bad(extension="vtx"), ["outputConfigurations[0].formats[0].extension", "'vtt'"]),
        (CYCLE, ['engine first ("b") -> engine second ("c")', 'engine second ("d") -> engine first ("a")']),
    ):
        project.program(program)
        expect(project.pulumi("preview", fails=True).output, says)
    # An update ends with its preview.
    expect(project.pulumi("up", "--yes", fails=True).output, says)
    assert local.mutations() == {}


OWN_CLUSTER = """
from aiware_resources import JobFleet, JobTemplate, SingleEngineJob, media_value

cluster = Cluster("cluster", name="c", allowed_engines={allowed})
graph = pipelines.one_engine(engines.SPEECHMATICS_ENGLISH)
Job("job", target_id="1", cluster_id=cluster.id, dag=graph)
SingleEngineJob("single", engine_id=engines.SPEECHMATICS_ENGLISH, target_id="1", cluster_id=cluster.id)
template = JobTemplate(dag=graph, target_id=media_value("id"))
JobFleet("fleet", template=template, media={{"a": {{"id": "1"}}}}, cluster_id=cluster.id)
"""


def test_engines_that_the_programs_own_cluster_does_not_allow(project: Project, local: Local) -> None:
    project.program(OWN_CLUSTER.format(allowed=[]))
    output = project.pulumi("preview", fails=True).output
    expect(output, [f"engine {SPEECH}", "may not run on this program's cluster"])
    project.program(OWN_CLUSTER.format(allowed=[SPEECH]))
    assert set(project.preview().values()) == {"create"}
    assert local.mutations() == {}


def bad(**mistake: str) -> str:
    return GOOD.format(**(FINE | mistake))


def expect(output: str, says: list[str]) -> None:
    for words in says:
        assert words in output
    assert "Traceback" not in output


CLUSTER = 'Cluster("cluster", name="c", allowed_engines=["all"])'
UNREACHABLE = {"aiware__token": "t", "aiware__maxRetries": "0"}


REFUSED: list[tuple[dict[str, str], list[str]]] = [
    ({"aiware__endpoint": "https://aiware.test/v3/graphql"}, ["No aiWARE token is set", "aiware:token"]),
    ({"aiware__endpoint": "https://nowhere.invalid/v3/graphql", **UNREACHABLE}, ["nowhere.invalid:443 cannot be"]),
    ({"aiware__pollInterval": "soon"}, ["aiware:pollInterval", "'soon'"]),
]


def test_in_the_settings(project: Project) -> None:
    project.program(CLUSTER)
    fine: dict[str, Any] = {"aiware__endpoint": "local", "aiware__token": None, "aiware__maxRetries": None}
    for config, says in REFUSED:
        project.config(**{**fine, **config})
        expect(project.pulumi("preview", fails=True).output, says)
    expect(project.up(fails=True).output, says)
    assert project.state() == {}


def test_a_server_that_says_no(project: Project, local: Local) -> None:
    """The token is not told."""
    project.program(CLUSTER)
    for endpoint, token, says in (
        (f"{local.server.url}/graphql", local.token, ["404", "/v3/graphql"]),
        (f"{local.server.url}/v3/graphql", "wrong-c0ffee", ["authentication_error", "aiware:token"]),
    ):
        project.config(aiware__endpoint=endpoint, aiware__token=token)
        output = project.pulumi("preview", fails=True).output
        expect(output, says)
        assert token not in output
    assert local.mutations() == {}
