"""One declaration written in two ways runs nothing again, and what Pulumi cannot carry is refused."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

SIGNED = """
url = "https://bucket.s3.amazonaws.com/a.mp4?X-Amz-Date=2026{n}&X-Amz-Signature=abc{n}"
a = TemporalDataObject("a", name="a", start_date_time=0, stop_date_time=60, thumbnail_url=url)
Job("a", target_id=a.id, dag=pipelines.transcription(url), name={name!r})
asset = {{"asset_type": "media", "content_type": "video/mp4", "uri": url, "store_as_reference": True}}
b = TemporalDataObject("b", name="b", start_date_time=0, stop_date_time=60, assets=[asset])
Job("b", target_id=b.id, dag=pipelines.reprocess_transcription(), is_reprocess_job=True)
"""

ORDERED = """
from aiware_resources import Dag
from aiware_resources.dag import adapter, chunk_audio, engine, output_writer, playback

def way(values):
    return list(values){way}

def turned(task):
    return {{**task, "io_folders": way(task["io_folders"])}} if "io_folders" in task else task

tdo = TemporalDataObject("t", start_date_time=0, stop_date_time=60, name="order")
graph = pipelines.transcription("https://x.e/d.mp4")
tasks, routes = list(graph.tasks), list(graph.routes)
Job("tasks", target_id=tdo.id, tasks=way(tasks), routes=routes)
Job("routes", target_id=tdo.id, tasks=tasks, routes=way(routes))
Job("folders", target_id=tdo.id, tasks=[turned(task) for task in tasks], routes=routes)
branches = [playback(), chunk_audio(seconds=30) >> engine(engines.SPEECHMATICS_ENGLISH) >> output_writer()]
Job("branches", target_id=tdo.id, dag=Dag(adapter("https://x.e/b.mp4") >> way(branches)))
job = Job("uris", target_id=tdo.id, dag=graph, notification_uris=way(["https://a.e/1", "https://a.e/2"]))
for name, formats in (
    ("formats", way([{{"extension": "srt"}}, {{"extension": "vtt"}}])),
    ("options", [{{"extension": "srt", "options": {options}}}]),
):
    outputs = [{{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": formats}}]
    ExportRequest(name, tdo_data=[{{"tdo_id": job.target_id}}], output_configurations=outputs)
allowed = way([engines.SPEECHMATICS_ENGLISH, engines.OUTPUT_WRITER])
Cluster("c", name="order", allowed_engines=allowed, tags=way(["a", "b"]), memory_size={size!r})
"""

BIG = """
TemporalDataObject("t", name="t", start_date_time=0, stop_date_time=60, details={"big": 9007199254740993})
"""

BIG_JOB = """
Job("j", target={}, job_config={"n": 9007199254740993},
    dag=pipelines.transcription("https://media.example.com/a.mp4", payload={"seed": 9007199254740993}))
"""

NULLS = """
name = pulumi.Output.from_input(None)
TemporalDataObject("t", start_date_time=0, stop_date_time=60, details={"a": [{"named": name}]})
"""

TIMES = """
from datetime import date, datetime, timedelta, timezone
start = datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=1)))
TemporalDataObject("t", name="t", start_date_time=start, stop_date_time=datetime(2026, 3, 2, 9, 30))
target = {"name": "own", "start_date_time": date(2026, 3, 2), "stop_date_time": pulumi.Output.from_input(start)}
Job("j", target=target, dag=pipelines.transcription("https://media.example.com/a.mp4"))
"""


def test_links_that_are_signed_again_lead_to_the_same_recording(project: Project, local: Local) -> None:
    for n in (1, 2, 3):
        project.program(SIGNED.format(n=n, name=None))
        project.up()
        assert len(project.changes()) == (4 if n == 1 else 0)
    assert local.mutations() == {"createTDO": 2, "createJob": 2}
    # The newest link is on record.
    payloads = [task.get("payload", {}) for task in project.state()["Job a"]["inputs"]["tasks"]]
    (url,) = (payload["url"] for payload in payloads if "url" in payload)
    assert "abc3" in url
    project.program(SIGNED.format(n=4, name="other"))
    said = project.up().output
    assert "only the signature differs" in said
    assert "abc4" not in said
    assert (project.changes(), local.mutations()) == ({"Job a": "update"}, {"createTDO": 2, "createJob": 2})


def test_order_means_nothing(project: Project, local: Local) -> None:
    first = {"maxCharacterPerLine": 32, "linesPerScreen": 2}
    project.program(ORDERED.format(way="", options=first, size="20gb"))
    project.up()
    before = local.mutations()
    project.program(ORDERED.format(way="[::-1]", options={"linesPerScreen": 2.0}, size="20 GB"))
    project.up()
    assert (project.changes(), local.mutations()) == ({}, before)


def test_what_pulumi_would_change_or_drop_is_refused(project: Project, local: Local) -> None:
    project.program(BIG)
    said = project.pulumi("preview", fails=True).output
    assert "details.big" in said
    assert "write it as text" in said
    project.program(BIG_JOB)
    said = project.pulumi("preview", fails=True).output
    for path in ("jobConfig.n", ".payload.seed"):
        assert path in said
    project.program(NULLS)
    said = project.pulumi("preview", fails=True).output
    assert "TemporalDataObject t: details.a[0].named is null" in said
    assert "Traceback" not in said
    assert local.mutations() == {}


def test_times_of_python_are_times(project: Project, local: Local) -> None:
    project.program(TIMES)
    project.up()
    spans = {tdo["name"]: (tdo["startDateTime"], tdo["stopDateTime"]) for tdo in local.objects()["tdos"]}
    assert spans == {
        "t": ("2026-03-02T09:00:00.000Z", "2026-03-02T09:30:00.000Z"),
        "own": ("2026-03-02T00:00:00.000Z", "2026-03-02T09:00:00.000Z"),
    }
    assert project.preview() == {}
