"""Going back to an earlier declaration runs the job again; what an interrupted run left is still taken."""

from __future__ import annotations

from pathlib import Path

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
import os

tdo = TemporalDataObject("t", name="t", start_date_time=0, stop_date_time=60)
what = os.environ["X"]
if what != "none":
    job = Job("j", target_id=tdo.id, dag=pipelines.transcription(f"file:{what}.mp4"), on_destroy="retain")
    request = ExportRequest(
        "x", tdo_data=[{"tdo_id": job.target_id}], download_to="out/x.vtt", triggers=job.id,
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
    )
"""
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n{word} {word} {word}\n"


def run(project: Project, what: str) -> str:
    """Runs an update, and returns what the captions say."""
    project.environment["X"] = what
    project.up()
    written = Path(project.folder, "out", "x.vtt")
    text = written.read_text() if written.exists() else ""
    return next((word for word in ("alpha", "bravo") if word in text), "")


def test_going_back_runs_the_job_again(project: Project, local: Local) -> None:
    media = next(Path(project.folder, "examples", "media").glob("*.mp4")).read_bytes()
    for name, word in (("a", "alpha"), ("b", "bravo")):
        Path(project.folder, f"{name}.mp4").write_bytes(media)
        Path(project.folder, f"{name}.vtt").write_text(CAPTIONS.format(word=word))
    project.program(PROGRAM)
    said = []
    for what in ("a", "b", "a"):
        said.append(run(project, what))
        Path(project.folder, "out", "x.vtt").unlink()
    assert said == ["alpha", "bravo", "alpha"]
    assert local.mutations()["createJob"] == len(local.objects()["jobs"]) == 3
    # A job that was retained when it was taken out of the program is not taken again by an equal declaration.
    run(project, "none")
    assert run(project, "a") == "alpha"
    assert local.mutations()["createJob"] == 4
    assert project.preview() == {}
