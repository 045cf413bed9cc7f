"""A program with much of what a state can hold: branches, a fleet, exports with options, addresses with signatures."""

from __future__ import annotations

_PROGRAM = """
from aiware_resources import Dag, JobFleet, JobTemplate, SingleEngineJob, media_value
from aiware_resources.dag import adapter, chunk_audio, engine, output_writer, playback

def way(values):
    return list(values){reversed}

def address(name):
    return f"https://bucket.s3.amazonaws.com/{{name}}.mp4?versionId=7&X-Amz-Date={signed}&X-Amz-Signature={signed}"

def turned(task):
    return {{**task, "io_folders": way(task["io_folders"])}} if "io_folders" in task else task

def parts(graph):
    return {{"tasks": [turned(task) for task in way(graph.tasks)], "routes": way(graph.routes)}}

cluster = Cluster("cluster", name="wide", allowed_engines=["all"], tags=way(["a", "b"]), memory_size="20gb")
tdo = TemporalDataObject(
    "tdo",
    name="wide",
    start_date_time=1574311000,
    stop_date_time=1574315000,
    details={{"a": {{"b": 1}}}},
    thumbnail_url=address("picture"),
    assets=[
        {{"asset_type": "media", "content_type": "video/mp4", "uri": address(name), "store_as_reference": True}}
        for name in way(["one", "two"])
    ],
)
branches = way([playback(), chunk_audio(seconds=30) >> engine(engines.SPEECHMATICS_ENGLISH) >> output_writer()])
job = Job(
    "branches",
    target_id=tdo.id,
    cluster_id=cluster.id,
    dag=Dag(adapter(address("branches")) >> branches),
    notification_uris=way(["https://hooks.example.com/1", "https://hooks.example.com/2"]),
)
Job("plain", target_id=tdo.id, **parts(pipelines.transcription(address("plain"))))
Job(
    "own",
    target={{"start_date_time": 0, "stop_date_time": 60, "name": "own"}},
    dag=pipelines.transcription(address("own")),
)
SingleEngineJob("single", engine_id=engines.SPEECHMATICS_ENGLISH, upload_url=address("single"))
JobFleet(
    "fleet",
    template=JobTemplate(
        target={{"start_date_time": 0, "stop_date_time": 60, "name": media_value("title")}},
        **parts(pipelines.transcription(media_value("url"))),
    ),
    media={{f"ep-{{number}}": {{"title": f"Episode {{number}}", "url": address(number)}} for number in way([1, 2, 3])}},
)
ExportRequest(
    "export",
    tdo_data=[{{"tdo_id": job.target_id}}],
    output_configurations=[
        {{
            "engine_id": engines.SPEECHMATICS_ENGLISH,
            "formats": way([{{"extension": "srt", "options": {{"linesPerScreen": 2}}}}, {{"extension": "vtt"}}]),
        }}
    ],
)
"""

HELD = {
    "Cluster cluster",
    "TemporalDataObject tdo",
    "Job branches",
    "Job plain",
    "Job own",
    "SingleEngineJob single",
    "JobFleet fleet",
    "ExportRequest export",
}


def wide(*, signed: int = 1, is_reversed: bool = False) -> str:
    """The program.

    Args:
        signed: What its addresses are signed with.
        is_reversed: Whether to write everything the other way round whose order means nothing.
    """
    return _PROGRAM.format(signed=signed, reversed="[::-1]" if is_reversed else "")
