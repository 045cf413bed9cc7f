"""Bad input: each a clear error in the preview, before anything is created."""

from __future__ import annotations

import pytest

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
BACK = '{"parent_io_folder_reference_id": "transcript", "child_io_folder_reference_id": "speech2"}'


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"routes": NOWHERE}, ["routes[4].parentIoFolderReferenceId", 'no task has a folder "nowhere"']),
        ({"target": "target_id=tdo.id, target={},"}, ["targetId", "given beside target"]),
        ({"target": ""}, ["targetId", "is missing"]),
        ({"stop": "1574310000"}, ["stopDateTime", "is not later than startDateTime"]),
        ({"extension": "vtx"}, ["outputConfigurations[0].formats[0].extension", "'vtt'"]),
    ],
)
def test_in_the_program(project: Project, local: Local, bad: dict[str, str], says: list[str]) -> None:
    project.program(GOOD.format(**(FINE | bad)))
    output = project.pulumi("up", "--yes", fails=True).output
    for words in says:
        assert words in output
    assert "Traceback" not in output
    assert local.mutations() == {}


def test_a_cycle(project: Project, local: Local) -> None:
    project.program(
        """
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
    )
    output = project.up(fails=True).output
    assert 'engine first ("b") -> engine second ("c")' in output
    assert 'engine second ("d") -> engine first ("a")' in output
    assert local.mutations() == {}


UNREACHABLE = {"aiware__token": "t", "aiware__maxRetries": "0"}


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"aiware__endpoint": "https://aiware.test/v3/graphql"}, ["No aiWARE token is set", "aiware:token"]),
        ({"aiware__endpoint": "api.veritone.com", "aiware__token": "t"}, ["aiware:endpoint must be"]),
        ({"aiware__endpoint": "http://aiware.test/v3/graphql", "aiware__token": "t"}, ["over plain http", "use https"]),
        (
            {"aiware__endpoint": "http://127.0.0.1:9/v3/graphql", **UNREACHABLE},
            ["aiWARE at 127.0.0.1:9 cannot be reached"],
        ),
        (
            {"aiware__endpoint": "https://nowhere.invalid/v3/graphql", **UNREACHABLE},
            ["nowhere.invalid:443 cannot be reached"],
        ),
        ({"aiware__pollInterval": "soon"}, ["aiware:pollInterval", "'soon'"]),
    ],
)
def test_in_the_settings(project: Project, config: dict[str, str], says: list[str]) -> None:
    project.program('Cluster("cluster", name="c", allowed_engines=["all"])')
    project.config(**config)
    output = project.pulumi("preview", fails=True).output
    for words in says:
        assert words in output
    assert "Traceback" not in output
    project.pulumi("up", "--yes", fails=True)
    assert project.state() == {}


def test_a_wrong_path(project: Project, local: Local) -> None:
    refused(project, local, f"{local.server.url}/graphql", local.token, ["404", "/v3/graphql"])


def test_a_refused_token(project: Project, local: Local) -> None:
    refused(project, local, f"{local.server.url}/v3/graphql", "wrong-c0ffee", ["authentication_error", "aiware:token"])


def refused(project: Project, local: Local, endpoint: str, token: str, says: list[str]) -> None:
    """Previews against a server that says no, and expects to be told so, with the token untold."""
    project.program('Cluster("cluster", name="c", allowed_engines=["all"])')
    project.config(aiware__endpoint=endpoint, aiware__token=token)
    output = project.pulumi("preview", fails=True).output
    for words in says:
        assert words in output
    assert "Traceback" not in output
    assert token not in output
    assert local.mutations() == {}
