"""Transcribes the stack's recordings and writes their captions to disk.

What there is to do stands in stacks/Pulumi.<stack>.yaml: a cluster, and a list of recordings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
from pydantic.alias_generators import to_snake

from aiware_resources import Cluster, ExportRequest, Extension, Job, TemporalDataObject, engines, pipelines

config = pulumi.Config()
output_folder = Path("out", pulumi.get_stack())

# A TDO needs a time span; where a recording names none, any will do.
SOMETIME = {"start": "2026-01-01T00:00:00Z", "stop": "2026-01-01T01:00:00Z"}


def transcribe(recording: dict[str, Any], cluster: Cluster) -> Job:
    """Ingests a recording into a TDO of its own and transcribes it, or transcribes what a TDO holds already."""
    name = recording["name"]
    if "tdoId" in recording:
        graph = pipelines.reprocess_transcription()
        tdo_id = recording["tdoId"]
    else:
        graph = pipelines.transcription(recording["url"])
        span = SOMETIME | recording
        tdo = TemporalDataObject(
            name,
            name=name,
            start_date_time=span["start"],
            stop_date_time=span["stop"],
            on_destroy=recording.get("onDestroy"),
            cleanup_options=recording.get("cleanupOptions"),
        )
        tdo_id = tdo.id
    return Job(
        name,
        target_id=tdo_id,
        cluster_id=cluster.id,
        dag=graph,
        is_reprocess_job="tdoId" in recording,
    )


def captions(recording: dict[str, Any], job: Job, extension: Extension) -> ExportRequest:
    """Exports a recording's transcript to out/<stack>/<recording>.<extension>."""
    return ExportRequest(
        f"{recording['name']}-{extension}",
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": extension}]}],
        download_to=str(output_folder / f"{recording['name']}.{extension}"),
        opts=pulumi.ResourceOptions(depends_on=[job]),
    )


settings = config.require_object("cluster")
cluster = Cluster("cluster", **{to_snake(key): value for key, value in settings.items()})
for recording in config.require_object("recordings"):
    job = transcribe(recording, cluster)
    exports = [captions(recording, job, extension) for extension in recording.get("formats", ["vtt"])]
    pulumi.export(recording["name"], {"tdo": job.target_id, "captions": [export.path for export in exports]})
