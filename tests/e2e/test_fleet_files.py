"""A fleet's captions and results on disk: made once, of complete jobs, and removed with their entries."""

from __future__ import annotations

import json

from aiware_resources import engines
from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
import json

from aiware_resources import JobFleet, JobTemplate, media_key, media_value

declared = json.loads(open("declared.json").read())
fleet = JobFleet(
    "talks",
    template=JobTemplate(dag=pipelines.transcription(media_value("url")), target={"name": media_key()}),
    media={key: {"url": f"https://media.test/{key}.mp4"} for key in declared["keys"]},
    **declared["more"],
)
pulumi.export("captions", fleet.caption_files)
"""
FAILING = {engines.SPEECHMATICS_ENGLISH: {"fail": {"reason": "invalid_data", "message": "noise"}, "failTimes": 1}}


def declare(project: Project, *keys: str, **more: object) -> None:
    (project.folder / "declared.json").write_text(json.dumps({"keys": keys, "more": more}))


def files(project: Project) -> dict[str, str]:
    """What is in the folder, by path, hidden files left out."""
    out = project.folder / "out"
    found = (path for path in out.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(out).as_posix(): path.read_text() for path in found}


def test_captions_of_every_entry(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    wanted = {"exports": ["vtt", {"extension": "srt", "options": {"linesPerScreen": 1}}], "download_to": "out"}
    declare(project, "a", "2026/b", "c", **wanted)
    local.behave(engines=FAILING)
    failed = project.up(fails=True).output
    assert "jobs failed: " in failed
    local.behave(engines={engines.SPEECHMATICS_ENGLISH: None})
    project.up()
    made = files(project)
    assert sorted(made) == ["2026/b.srt", "2026/b.vtt", "a.srt", "a.vtt", "c.srt", "c.vtt"]
    assert all(made[name].startswith("WEBVTT") for name in made if name.endswith("vtt"))
    assert project.outputs()["captions"]["2026/b"] == {"vtt": "out/2026/b.vtt", "srt": "out/2026/b.srt"}
    requests = local.calls()["createExportRequest"]
    assert project.preview() == {}

    # What is there is not made again; what is missing or changed is, and nothing else.
    (project.folder / "out" / "a.vtt").unlink()
    (project.folder / "out" / "c.srt").write_text("mine")
    project.up()
    assert files(project) == made
    assert local.calls()["createExportRequest"] == requests + 2

    # Another format: no job runs; one entry less: its files go; what was changed or is another's stays, which is told.
    (project.folder / "out" / "2026" / "b.srt").write_text("mine")
    (project.folder / "out" / "d.txt").write_text("not the fleet's")
    declare(project, "a", "c", "d", exports=["vtt", "txt"], download_to="out", results_to="out")
    told = project.up(fails=True).output
    assert "d.txt is there already, and is not this fleet's" in told.replace("\n", " ")
    assert "changed after they were written: out/2026/b.srt" in told.replace("\n", " ")
    assert local.calls()["createJob"] == 4
    now = files(project)
    assert now["d.txt"] == "not the fleet's"
    assert now["2026/b.srt"] == "mine"
    assert "2026/b.vtt" not in now
    assert {"a.txt", "c.txt", "d.vtt"} <= now.keys()
    assert json.loads(now[f"a/{engines.SPEECHMATICS_ENGLISH}.json"])["series"]
