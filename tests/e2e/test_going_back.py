"""A job that was retained when it was taken out of the program is not taken again by an equal declaration."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
import os

tdo = TemporalDataObject("t", name="t", start_date_time=0, stop_date_time=60)
if "WITH_JOB" in os.environ:
    graph = pipelines.transcription("file:examples/media/interview.mp4")
    job = Job("j", target_id=tdo.id, dag=graph, on_destroy="retain")
    request = ExportRequest(
        "x", tdo_data=[{"tdo_id": job.target_id}], download_to="out/x.vtt", triggers=job.id,
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": "vtt"}]}],
    )
"""


def test_a_retained_job_is_not_taken_again(project: Project, local: Local) -> None:
    project.program(PROGRAM)
    project.environment["WITH_JOB"] = "yes"
    project.up()
    first = project.ids("Job")
    del project.environment["WITH_JOB"]
    project.up()
    assert project.ids("Job") == set()
    project.environment["WITH_JOB"] = "yes"
    project.up()
    assert len(project.ids("Job") - first) == 1
    assert local.mutations()["createJob"] == len(local.objects()["jobs"]) == 2
    assert (project.folder / "out" / "x.vtt").exists()
    assert project.preview() == {}
