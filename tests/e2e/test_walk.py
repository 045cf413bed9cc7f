"""The whole walk: the seed document's job declared, previewed, applied, waited for, exported, and destroyed."""

from __future__ import annotations

import pytest

from tests.support.local import Local
from tests.support.project import ROOT, Project
from tests.support.shipped import shipped_project


@pytest.fixture
def shipped(project: Project) -> Project:
    """The project as it ships: its own program, the local stack's own configuration."""
    return shipped_project(project)


def test_up_preview_destroy(shipped: Project, local: Local) -> None:
    assert shipped.preview() == {
        "Cluster cluster": "create",
        "TemporalDataObject city-council": "create",
        "Job city-council": "create",
        "ExportRequest city-council-vtt": "create",
        "ExportRequest city-council-srt": "create",
    }
    assert local.mutations() == {}

    shipped.up()
    job = local.only("jobs")
    assert job["status"] == "complete"
    assert (len(job["tasks"]["records"]), len(job["routes"])) == (5, 4)
    assert job["targetId"] == local.only("tdos")["id"]
    assert job["clusterId"] == local.only("clusters")["id"]
    written = shipped.folder / "out" / "local"
    vtt, srt = ((written / f"city-council.{extension}").read_text() for extension in ("vtt", "srt"))
    assert vtt.startswith("WEBVTT")
    assert "-->" in srt
    spoken = (ROOT / "examples" / "media" / "city-council.vtt").read_text()
    first_words = spoken.split("<v ")[1].split(">")[1].split()[:3]
    assert " ".join(first_words) in vtt.replace("\n", " ")
    assert shipped.outputs()["city-council"] == {
        "tdo": job["targetId"],
        "captions": ["out/local/city-council.vtt", "out/local/city-council.srt"],
    }

    made = local.mutations()
    assert made == {"createCluster": 1, "createTDO": 1, "createJob": 1, "createExportRequest": 2}
    shipped.up()
    assert shipped.changes() == {}
    assert shipped.preview() == {}
    assert local.mutations() == made

    shipped.destroy()
    left = local.objects()
    assert (left["tdos"], left["clusters"]) == ([], [])
    assert [job["status"] for job in left["jobs"]] in ([], ["complete"])
    assert shipped.state() == {}


def test_a_missing_file_is_fetched_again_without_a_change(shipped: Project, local: Local) -> None:
    shipped.up()
    made = local.mutations()
    captions = shipped.folder / "out" / "local" / "city-council.vtt"
    content = captions.read_bytes()
    captions.unlink()
    assert shipped.preview() == {}
    assert not captions.exists()
    shipped.up()
    assert captions.read_bytes() == content
    assert local.mutations() == made
