"""The pages that list recordings, exports, clusters and engines, and the page of an engine."""

from __future__ import annotations

from aiware_resources import engines
from tests.integration.console.conftest import Served
from tests.support.local import Local
from tests.support.objects import make_cluster, make_tdo, request_export


def test_recordings_have_names_lengths_and_ways_to_their_jobs(served: Served, local: Local) -> None:
    tdo_id = make_tdo(local, "town hall")
    said = served.page("/environment/recordings")
    assert "town hall" in said
    assert "1 h 0 min" in said
    assert f"/environment/recordings/{tdo_id}" in said
    assert f"/environment/jobs?tdo={tdo_id}" in said


def test_exports_are_told_without_the_links_to_their_files(served: Served, local: Local) -> None:
    export_id = request_export(local, make_tdo(local), "vtt")
    local.objects()  # by then it is made
    said = served.page("/environment/exports")
    assert export_id in said
    assert "signature" not in said.casefold().replace("x-content", "")


def test_clusters_are_told_without_their_secrets(served: Served, local: Local) -> None:
    cluster_id = make_cluster(local, "captions-rt")
    said = served.page("/environment/clusters")
    assert "captions-rt" in said
    assert f"/environment/jobs?cluster={cluster_id}" in said
    assert "sekrit" not in said


def test_an_engine_has_the_fields_of_its_payload(served: Served, local: Local) -> None:
    assert f"/environment/engines/{engines.CHUNK}" in served.page("/environment/engines?search=chunk")
    said = served.page(f"/environment/engines/{engines.CHUNK}")
    assert "ffmpegTemplate" in said
    assert "audio, video, frame" in said
    assert "no engine nothing" in served.page("/environment/engines/nothing")


def test_a_search_leaves_the_others_out(served: Served, local: Local) -> None:
    said = served.page("/environment/engines?search=output+writer")
    assert engines.OUTPUT_WRITER in said
    assert engines.CHUNK not in said
