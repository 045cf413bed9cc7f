"""Components: their objects, and stacks that had these objects before there were components."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.states.keep import STATES
from tests.support.local import Local
from tests.support.objects import BROKEN, submit
from tests.support.project import Project
from tests.support.shipped import shipped_project

SHIPPED = sorted(set(STATES.glob("*.json")) - set(STATES.glob("*.wide.json")))

ONE_BY_ONE = """
def captions(name, extension, job):
    ExportRequest(
        f"{{name}}-{{extension}}",
        tdo_data=[{{"tdo_id": job.target_id}}],
        output_configurations=[{{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": extension}}]}}],
        download_to=f"out/{{name}}.{{extension}}",
        opts=pulumi.ResourceOptions(depends_on=[job]),
    )

hall = TemporalDataObject("hall", name="hall", start_date_time="2026-03-02T09:00:00Z", stop_date_time=1772445600)
graph = pipelines.transcription("file:examples/media/voice-note.m4a")
captions("hall", "vtt", Job("hall", target_id=hall.id, dag=graph))
again = Job("again", target_id="{tdo}", dag=pipelines.reprocess_transcription(), is_reprocess_job=True)
captions("again", "srt", again)
Job(
    "letter",
    target={{"name": "letter"}},
    dag=pipelines.translation("file:examples/media/bienvenida.txt"),
    results_to="out/letter",
)
"""
"""As programs were written before there were components."""

COMPONENTS = """
from aiware_resources import Transcription, Translation

hall = Transcription(
    "hall",
    media_url="file:examples/media/voice-note.m4a",
    start_date_time="2026-03-02T09:00:00Z",
    stop_date_time="2026-03-02T10:00:00Z",
    download_to="out",
)
again = Transcription("again", tdo_id="{tdo}", formats=["srt"], download_to="out")
letter = Translation("letter", media_url="file:examples/media/bienvenida.txt", results_to="out/letter")
for name, made in (("hall", hall), ("again", again), ("letter", letter)):
    pulumi.export(name, {{"job": made.job_id, "status": made.status, "files": made.files}})
pulumi.export("tdos", [hall.tdo_id, again.tdo_id])
"""

MADE = {"Transcription hall": "create", "Transcription again": "create", "Translation letter": "create"}
HELD = {
    "TemporalDataObject hall",
    "Job hall",
    "ExportRequest hall-vtt",
    "Job again",
    "ExportRequest again-srt",
    "Job letter",
}


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_a_state_of_the_shipped_program_goes_on_in_components(path: Path, project: Project, local: Local) -> None:
    """aiWARE has none of the objects any more, and is not asked."""
    shipped_project(project)
    project.config(aiware__wait="false")
    project.pulumi("stack", "import", "--file", str(path))
    ids = {key: each["id"] for key, each in project.state().items()}
    for changes in ({"Transcription city-council": "create"}, {}):
        project.up("--refresh=false")
        assert (project.changes(), local.mutations()) == (changes, {})
    assert {key: each["id"] for key, each in project.state().items()} == ids
    assert "aiware:index:Transcription$pulumi-python:dynamic/aiware:Job" in str(project.state()["Job city-council"])
    project.pulumi("destroy", "--yes", "--skip-preview", "--refresh=false")
    assert project.state() == {}
    assert {"deleteCluster", "deleteTDO", "job"} <= local.calls().keys()


def test_objects_that_were_declared_one_by_one_go_on_in_components(project: Project, local: Local) -> None:
    submit(local)
    tdo = local.only("tdos")["id"]
    project.program(ONE_BY_ONE.format(tdo=tdo))
    project.up()
    ids, made = {key: each["id"] for key, each in project.state().items()}, local.mutations()
    assert ids.keys() == HELD

    project.program(COMPONENTS.format(tdo=tdo))
    assert "### Nothing changes\n" in project.aiware("preview").stdout
    assert project.preview() == MADE
    project.up()
    assert project.changes() == MADE
    assert {key: each["id"] for key, each in project.state().items()} == ids
    assert project.preview() == {}
    assert project.aiware("drift").returncode == 0
    outputs = project.outputs()
    assert outputs["hall"] == {"job": ids["Job hall"], "status": "complete", "files": ["out/hall.vtt"]}
    assert outputs["again"]["files"] == ["out/again.srt"]
    (translated,) = outputs["letter"]["files"]
    assert all((project.folder / file).is_file() for file in ("out/hall.vtt", "out/again.srt", translated))
    assert outputs["tdos"] == [ids["TemporalDataObject hall"], tdo]

    # What the objects are known by is what it was, and the state does not tell of the component yet.
    assert local.mutations() == made
    project.destroy()
    assert [each["id"] for each in local.objects()["tdos"]] == [tdo]
    project.up()
    assert project.changes() == MADE | dict.fromkeys(HELD, "create")
    assert local.mutations()["createJob"] == 2 * 3 + 1
    assert project.preview() == {}


def test_a_failure_in_a_component_is_told_once_and_a_renamed_one_goes_on(project: Project, local: Local) -> None:
    local.behave(engines=BROKEN)
    program = """
        from aiware_resources import Transcription, Translation

        class Studio(pulumi.ComponentResource):
            def __init__(self) -> None:
                super().__init__("studio:index:Studio", "studio")
                options = pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(name="hall")])
                self.hall = Transcription("{name}", options, media_url="https://media.test/a.mp4", name="hall"{more})

        studio = Studio()
        pulumi.export("files", studio.hall.files)
        Translation(
            "letter",
            media_url="file:examples/media/bienvenida.txt",
            opts=pulumi.ResourceOptions(depends_on=[studio.hall]),
        )
    """
    project.program(program.format(name="hall", more=""))
    said = project.up(fails=True).output
    assert said.count("\n    error: hall: job ") == 1, said
    assert "Traceback" not in said
    assert set(project.state()) == {"TemporalDataObject hall", "Job hall"}
    local.behave(engines=dict.fromkeys(BROKEN))
    more = ', formats=["vtt", {"extension": "txt"}]'
    project.program(program.format(name="hall", more=more))
    project.up()
    exports = {"ExportRequest hall-vtt", "ExportRequest hall-txt"}
    assert project.changes() == {"Job hall": "update", "Translation letter": "create", "Job letter": "create"} | (
        dict.fromkeys(exports, "create")
    )
    resources: dict[str, Any] = {each["urn"].rpartition("::")[2]: each for each in project.resources()}
    assert "studio:index:Studio$aiware:index:Transcription$" in resources["hall-txt"]["urn"]
    assert resources["hall-txt"]["outputs"]["__parent"] == "studio:index:Studio$aiware:index:Transcription"
    assert local.mutations()["createJob"] == 2
    # What is in a component is renamed with it.
    project.program(program.format(name="town", more=more))
    assert project.preview() == {}


def test_a_component_is_in_the_aiware_of_its_provider(project: Project, local: Local) -> None:
    project.program("""
        from aiware_resources import Provider, Translation

        edge = pulumi.ResourceOptions(provider=Provider("edge", endpoint="local", api="edge"))
        letter = Translation("letter", edge, media_url="file:examples/media/bienvenida.txt", results_to="out/letter")
        pulumi.export("files", letter.files)
    """)
    project.up()
    assert local.only("jobs")["status"] == "complete"
    assert project.state()["Job letter"]["inputs"].get("target") is None
    (file,) = project.outputs()["files"]
    assert (project.folder / file).is_file()
    assert project.preview() == {}
