"""Ready graphs on the real engine: each runs to its end, and its results are in hand."""

from __future__ import annotations

from typing import Any

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
recording = "file:examples/media/interview.mp4"
minutes = "file:examples/media/minutes.html"
extraction, keywords = "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a21", "f4c31b0e-7d0a-4c57-8f0e-2f6d7b0c5a23"

chunked = Job("chunked", target={}, dag=pipelines.transcription(recording))
graphs = {
    "streamed": pipelines.stream_transcription(recording),
    "translated": pipelines.translation("file:examples/media/hola.txt"),
    "read": pipelines.text_file(minutes, extraction),
    "keywords": pipelines.text_file(minutes, keywords, payload={"numberOfKeywords": 2}),
    "in turn": pipelines.one_engine(engines.SPEECHMATICS_ENGLISH, recording),
}
jobs = {name: Job(name, target={}, dag=graph) for name, graph in graphs.items()}
jobs["again"] = Job(
    "again", target_id=chunked.target_id, is_reprocess_job=True, dag=pipelines.reprocess_transcription(chunk_seconds=15)
)
jobs["of the TDO"] = Job("of-the-tdo", target_id=chunked.target_id, dag=pipelines.transcription())
jobs["once more"] = Job(
    "once-more", target_id=jobs["in turn"].target_id, dag=pipelines.one_engine(engines.GOOGLE_SPEECH_TO_TEXT)
)
Job("trained", dag=pipelines.training(engines.SPEECHMATICS_ENGLISH, "5"))
for name, job in {"chunked": chunked, **jobs}.items():
    pulumi.export(name, job.results().apply(lambda found: [each["jsondata"] for each in found]))
"""


def spoken(document: dict[str, Any]) -> list[str]:
    return [entry["words"][0]["word"] for entry in document["series"]]


def test_each_runs_to_its_end(project: Project, local: Local) -> None:
    media = project.folder / "examples" / "media"
    (media / "hola.txt").write_text("hola mundo", encoding="utf-8")
    (media / "minutes.html").write_text("<h1>Minutes</h1><p>The bridge was <b>opened</b>.</p>", encoding="utf-8")
    project.program(PROGRAM)
    project.up()
    assert {job["status"] for job in local.objects()["jobs"]} == {"complete"}
    assert len(local.objects()["jobs"]) == 10
    assert len(local.objects()["tdos"]) == 6
    found = project.outputs()
    assert all(len(results) == 1 for results in found.values()), found
    first, *others = (
        spoken(found[name][0]) for name in ("chunked", "streamed", "again", "in turn", "of the TDO", "once more")
    )
    assert others == [first] * 5
    assert first[:3] == ["Thank", "you", "for"]
    assert found["translated"][0]["object"][0]["text"].lower().endswith(("hola mundo", "hello world"))
    assert [item["text"] for item in found["read"][0]["object"]] == ["Minutes", "The bridge was opened."]
    assert len(found["keywords"][0]["object"]) == 2
    assert project.preview() == {}
