"""Transcribes the stack's recordings and archives, translates its documents, and writes the results to disk.

stacks/Pulumi.<stack>.yaml says what there is to do: a cluster, and lists of recordings, documents and archives.
configuration.py defines what it may contain.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pulumi

from aiware_resources import (
    Cluster,
    JobFleet,
    JobTemplate,
    Transcription,
    Translation,
    media_from,
    media_key,
    media_value,
    pipelines,
)
from configuration import Configuration

configuration = Configuration.of_stack()
output_folder = Path("out", pulumi.get_stack())

# With `protect`, nothing that the stack holds is ever deleted: Pulumi refuses to, and what leaves the program stays.
protected = pulumi.ResourceOptions(protect=configuration.protect)
kept: Literal["retain"] | None = "retain" if configuration.protect else None

cluster_id = None
if configuration.cluster:
    cluster = Cluster("cluster", **{"on_destroy": kept, **configuration.cluster.given()}, opts=protected)
    cluster_id = cluster.id
    pulumi.export("cluster", cluster.id)

for recording in configuration.recordings:
    transcription = Transcription(
        recording.name,
        media_url=recording.url,
        tdo_id=recording.tdo_id,
        cluster_id=cluster_id,
        formats=recording.formats,
        download_to=str(output_folder),
        start_date_time=recording.start,
        stop_date_time=recording.stop,
        on_destroy=recording.on_destroy or kept,
        cleanup_options=recording.cleanup_options,
        on_destroy_job=kept,
        tdo_opts=protected,
    )
    pulumi.export(recording.name, {"tdo": transcription.tdo_id, "captions": transcription.files})

for archive in configuration.archives:
    fleet = JobFleet(
        archive.name,
        template=JobTemplate(
            dag=pipelines.transcription(media_value("url")), target={"name": f"{archive.name}: {media_key()}"}
        ),
        media=media_from(archive.media, **archive.filters()),
        cluster_id=cluster_id,
        exports=archive.formats,
        download_to=str(output_folder / archive.name),
        on_destroy=kept,
        on_destroy_target=archive.on_destroy or kept,
        cleanup_options=archive.cleanup_options,
        opts=protected,
    )
    pulumi.export(archive.name, {"counts": fleet.counts, "folder": str(output_folder / archive.name)})

for document in configuration.documents:
    translation = Translation(
        document.name,
        media_url=document.url,
        cluster_id=cluster_id,
        results_to=str(output_folder / document.name),
        on_destroy_job=kept,
    )
    pulumi.export(document.name, {"job": translation.job_id, "files": translation.files})
