"""An export follows the jobs that it uses: what they find when they run again is on disk, without `triggers`."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from aiware_resources import engines
from tests.support.local import Local
from tests.support.project import Project
from tests.support.shipped import shipped_project

VOICE = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n<v Ann>{word} {word} {word}\n"

EXPORT = """
ExportRequest(
    "captions",
    tdo_data=[{"tdo_id": job.target_id}],
    output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
    download_to="out/captions.vtt",
)
"""
JOB = (
    """
tdo = TemporalDataObject("tdo", name="t", start_date_time=0, stop_date_time=60)
job = Job("job", target_id=tdo.id, dag=pipelines.transcription("file:media/WORD.mp4"), on_failure="retry"MORE)
"""
    + EXPORT
)
FLEET = """
from aiware_resources import JobFleet, JobTemplate, media_value

tdos = {key: TemporalDataObject(key, name=key, start_date_time=0, stop_date_time=60) for key in ("one", "two")}
fleet = JobFleet(
    "fleet",
    template=JobTemplate(target_id=media_value("tdo"), dag=pipelines.transcription(media_value("url"))),
    media={
        "one": {"tdo": tdos["one"].id, "url": "file:media/ONE.mp4"},
        "two": {"tdo": tdos["two"].id, "url": "file:media/bbbb.mp4"},
    },
)
for key in tdos:
    ExportRequest(
        key,
        tdo_data=[{"tdo_id": fleet.jobs[key]["target_id"]}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
        download_to=f"out/{key}.vtt",
    )
"""


@pytest.fixture
def media(project: Project) -> Path:
    """Recordings that lead to captions of the same length."""
    folder = project.folder / "media"
    folder.mkdir()
    for word in ("aaaa", "bbbb"):
        shutil.copy(project.folder / "examples" / "media" / "interview.mp4", folder / f"{word}.mp4")
        (folder / f"{word}.vtt").write_text(VOICE.format(word=word))
    return folder


def declare(project: Project, word: str, more: str = "") -> None:
    project.program(JOB.replace("WORD", word).replace("MORE", more) + 'pulumi.export("files", job.id)\n')


def captions(project: Project, name: str = "captions") -> str:
    return (project.folder / "out" / f"{name}.vtt").read_text()


def test_another_url_in_the_stack_file_gives_other_captions(project: Project, local: Local, media: Path) -> None:
    def recording(word: str) -> list[dict[str, Any]]:
        return [{"name": "talk", "url": f"file:media/{word}.mp4", "formats": ["vtt", "srt"]}]

    shipped_project(project)
    project.config(**{"aiware-pipelines:recordings": recording("aaaa"), "aiware-pipelines:documents": []})
    project.up()
    sizes = {}
    # Back again, the job runs again too.
    for word, other in (("bbbb", "aaaa"), ("aaaa", "bbbb")):
        project.config(**{"aiware-pipelines:recordings": recording(word)})
        project.up()
        assert project.changes() == {
            "Job talk": "replace",
            "ExportRequest talk-vtt": "replace",
            "ExportRequest talk-srt": "replace",
        }
        for extension in ("vtt", "srt"):
            text = (project.folder / "out" / "local" / f"talk.{extension}").read_text()
            assert word in text
            assert other not in text
            sizes[word, extension] = len(text)
    assert sizes["aaaa", "vtt"] == sizes["bbbb", "vtt"]
    assert local.mutations()["createJob"] == 3


def test_a_job_that_is_started_again_in_place_is_followed(project: Project, local: Local, media: Path) -> None:
    failing = {"fail": {"reason": "internal_error", "message": "not today"}, "failTimes": 1}
    local.behave(engines={engines.OUTPUT_WRITER: failing})
    declare(project, "aaaa", ', allow_failure=True, triggers="1"')
    # Whether the first request can be met with what a failed job left is all one.
    project.up(fails=None)
    before = {each["id"] for each in local.objects()["exports"]}
    assert len(before) == 1
    found = project.preview()
    assert found == {"Job job": "update", "ExportRequest captions": "replace"}
    project.up()
    assert project.changes() == found
    assert local.calls()["retryJob"] == 1
    assert len({each["id"] for each in local.objects()["exports"]} - before) == 1
    assert "aaaa" in captions(project)
    made = local.mutations()
    # A change on record only is no run.
    declare(project, "aaaa", ', allow_failure=True, triggers="1", timeout=900')
    project.up()
    assert (project.changes(), local.mutations()) == ({"Job job": "update"}, made)
    assert project.preview() == {}


def test_a_job_named_by_depends_on_is_followed_and_another_one_is_not(
    project: Project, local: Local, media: Path
) -> None:
    def program(first: str, second: str) -> str:
        source = JOB.replace("WORD", first).replace("MORE", "").replace('"tdo_id": job.target_id', '"tdo_id": tdo.id')
        source = source.replace("ExportRequest(", "export = ExportRequest(")
        source = source.replace('vtt",\n)', 'vtt",\n    opts=pulumi.ResourceOptions(depends_on=job),\n)')
        other = f'Job("other", target={{}}, dag=pipelines.transcription("file:media/{second}.mp4"))\n'
        return source + other + 'pulumi.export("sha256", export.sha256)\npulumi.export("size", export.size)\n'

    project.program(program("aaaa", "aaaa"))
    project.up()
    first = (project.folder / "out" / "captions.vtt").read_bytes()
    assert project.outputs() == {"sha256": hashlib.sha256(first).hexdigest(), "size": len(first)}
    project.program(program("aaaa", "bbbb"))
    project.up()
    assert project.changes() == {"Job other": "replace"}
    project.program(program("bbbb", "bbbb"))
    project.up()
    assert project.changes() == {"Job job": "replace", "ExportRequest captions": "replace"}
    assert "bbbb" in captions(project)
    # The outputs are those of the new file, though it is as long.
    second = (project.folder / "out" / "captions.vtt").read_bytes()
    assert project.outputs() == {"sha256": hashlib.sha256(second).hexdigest(), "size": len(second)}
    assert (first == second, len(first) == len(second)) == (False, True)


def test_of_a_fleet_only_what_changed_is_requested_again(project: Project, local: Local, media: Path) -> None:
    project.program(FLEET.replace("ONE", "aaaa"))
    project.up()
    assert "aaaa" in captions(project, "one")
    project.program(FLEET.replace("ONE", "bbbb"))
    project.up()
    assert "bbbb" in captions(project, "one")
    assert local.calls()["createExportRequest"] == 3
    assert project.preview() == {}


def test_a_state_that_does_not_say_what_an_export_was_made_from(
    project: Project, local: Local, media: Path, tmp_path: Path
) -> None:
    declare(project, "aaaa")
    project.up()
    _forget_runs(project, tmp_path / "state.json")
    made = local.mutations()
    project.up()
    assert (project.changes(), local.mutations()) == ({}, made)
    declare(project, "bbbb")
    # The job runs, and the run ends before the export: as if it were killed there.
    project.up("--target", "**::job")
    assert "aaaa" in captions(project)
    _forget_runs(project, tmp_path / "state.json")
    project.up()
    assert "bbbb" in captions(project)
    assert project.preview() == {}


def _forget_runs(project: Project, path: Path) -> None:
    """Makes the state one of a release that did not record which runs an export was made from."""
    state = json.loads(project.pulumi("stack", "export").output)
    for resource in state["deployment"]["resources"]:
        for side in ("inputs", "outputs"):
            resource.get(side, {}).pop("__runs", None)
    path.write_text(json.dumps(state))
    project.pulumi("stack", "import", "--file", str(path))
