"""Transcribes the stack's recordings and translates its documents, and writes captions and translations to disk.

stacks/Pulumi.<stack>.yaml says what there is to do: a cluster, and lists of recordings and documents.
configuration.py defines what it may contain.
"""

from __future__ import annotations

from pathlib import Path

import pulumi

from aiware_resources import Cluster, ExportRequest, Extension, Job, TemporalDataObject, engines, pipelines
from aiware_resources.configuration import ClusterArguments
from configuration import Configuration, Document, Recording

configuration = Configuration.of_stack()
output_folder = Path("out", pulumi.get_stack())

# With `protect`, nothing that the stack holds is ever deleted: Pulumi refuses to, and what leaves the program stays.
protected = pulumi.ResourceOptions(protect=configuration.protect)
kept = "retain" if configuration.protect else None


def transcribe(recording: Recording, cluster: Cluster | None) -> Job:
    """Ingests a recording into a TDO of its own and transcribes it, or transcribes what a TDO holds already."""
    if recording.url is None:
        graph = pipelines.reprocess_transcription()
        tdo_id = recording.tdo_id
    else:
        graph = pipelines.transcription(recording.url)
        tdo = TemporalDataObject(
            recording.name,
            name=recording.name,
            start_date_time=recording.start,
            stop_date_time=recording.stop,
            on_destroy=recording.on_destroy or kept,
            cleanup_options=recording.cleanup_options,
            opts=protected,
        )
        tdo_id = tdo.id
    return Job(
        recording.name,
        target_id=tdo_id,
        cluster_id=cluster.id if cluster else None,
        dag=graph,
        is_reprocess_job=recording.url is None,
        on_destroy=kept,
    )


def captions(recording: Recording, job: Job, extension: Extension) -> ExportRequest:
    """Exports a recording's transcript to out/<stack>/<recording>.<extension>."""
    return ExportRequest(
        f"{recording.name}-{extension}",
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": extension}]}],
        download_to=str(output_folder / f"{recording.name}.{extension}"),
        opts=pulumi.ResourceOptions(depends_on=[job]),
    )


def translate(document: Document, cluster: Cluster | None) -> Job:
    """Translates a text; the result is written to out/<stack>/<document>/."""
    return Job(
        document.name,
        # aiWARE Edge has neither clusters nor TDOs.
        cluster_id=cluster.id if cluster else None,
        target={"name": document.name} if cluster else None,
        dag=pipelines.translation(document.url),
        results_to=str(output_folder / document.name),
        on_destroy=kept,
    )


def declared_cluster(arguments: ClusterArguments) -> Cluster:
    """The cluster that the stack's jobs run on."""
    made = Cluster("cluster", **{"on_destroy": kept, **arguments.given()}, opts=protected)
    pulumi.export("cluster", made.id)
    return made


cluster = declared_cluster(configuration.cluster) if configuration.cluster else None
for recording in configuration.recordings:
    job = transcribe(recording, cluster)
    exports = [captions(recording, job, extension) for extension in recording.formats]
    pulumi.export(recording.name, {"tdo": job.target_id, "captions": [export.path for export in exports]})
for document in configuration.documents:
    translation = translate(document, cluster)
    files = translation.result_files.apply(lambda found: [file["path"] for file in found or []])
    pulumi.export(document.name, {"job": translation.id, "files": files})
