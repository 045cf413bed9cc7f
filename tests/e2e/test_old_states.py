"""States of earlier releases: whatever a user's stack holds can still be read, refreshed and destroyed.

A state names the provider classes by their import path. Each file in tests/e2e/states was exported from a stack of that
release; the objects in it are of a local aiWARE that is long gone.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.states.keep import STATES
from tests.e2e.states.wide import HELD as HELD_WIDE
from tests.e2e.states.wide import wide
from tests.support.local import Local
from tests.support.project import Project

WIDE = sorted(STATES.glob("*.wide.json"))
RELEASES = sorted(set(STATES.glob("*.json")) - set(WIDE))

DECLARED = """
cluster = Cluster("cluster", name="pipelines-local", allowed_engines=["all"])
tdo = TemporalDataObject("city-council", start_date_time=1574311000, stop_date_time=1574315000)
graph = pipelines.transcription("file:examples/media/interview.mp4")
job = Job("city-council", target_id=tdo.id, cluster_id=cluster.id, tasks=graph.tasks, routes=graph.routes)
for extension in ("vtt", "srt"):
    formats = [{"extension": extension}]
    ExportRequest(
        f"city-council-{extension}",
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": formats}],
    )
"""

HELD = {
    "Cluster cluster",
    "TemporalDataObject city-council",
    "Job city-council",
    "ExportRequest city-council-vtt",
    "ExportRequest city-council-srt",
}


RECORDED = """
sizes = {"memory_size": "20 GB", "storage_size": "10gb"}
cluster = Cluster("cluster", name="pipelines-local", allowed_engines=["all"], tags=["local", "pulumi"], type="RT",
    bypass_allowed_engines=True, media_storage="core", status="active", **sizes)
tdo = TemporalDataObject("city-council", name="city-council",
    start_date_time="2026-01-01T00:00:00Z", stop_date_time="2026-01-01T01:00:00Z")
graph = pipelines.transcription("file:examples/media/city-council.mp4")
job = Job("city-council", target_id=tdo.id, cluster_id=cluster.id, is_reprocess_job=False,
    tasks=list(graph.tasks)[::-1], routes=list(graph.routes)[::-1])
for extension in ("vtt", "srt"):
    ExportRequest(
        f"city-council-{extension}",
        tdo_data=[{"tdo_id": tdo.id}],
        output_configurations=[{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{"extension": extension}]}],
        download_to=f"out/local/city-council.{extension}",
    )
"""
"""What the states of `RELEASES` were made of; the order of tasks and tags is another one."""


@pytest.mark.parametrize("path", RELEASES, ids=[path.stem for path in RELEASES])
def test_a_state_is_read_refreshed_and_destroyed(path: Path, project: Project, local: Local) -> None:
    """The state of a release, in a stack whose aiWARE has none of its objects."""

    def restore() -> None:
        project.pulumi("stack", "import", "--file", str(path))

    # Nothing runs again after an upgrade. aiWARE is not asked here: what is declared is what is recorded.
    project.config(aiware__wait="false")
    project.program(RECORDED)
    restore()
    assert set(project.state()) == HELD
    project.up("--refresh=false")
    assert (project.changes(), local.mutations()) == ({}, {})

    # A refresh finds nothing left.
    project.pulumi("refresh", "--yes", "--skip-preview")
    assert (project.state(), local.mutations()) == ({}, {})

    # A destroy asks every provider.
    restore()
    project.pulumi("destroy", "--yes", "--skip-preview", "--refresh=false")
    assert project.state() == {}
    assert {"deleteCluster", "deleteTDO", "job"} <= local.calls().keys()

    # What is gone is to be created again.
    project.config(aiware__wait=None)
    restore()
    project.program(DECLARED)
    project.up()
    assert project.changes() == dict.fromkeys(HELD, "create")
    assert local.only("jobs")["status"] == "complete"
    assert project.preview() == {}


@pytest.mark.parametrize("path", RELEASES, ids=[path.stem for path in RELEASES])
def test_no_secret_is_kept_in_clear(path: Path) -> None:
    resources = json.loads(path.read_text(encoding="utf-8"))["deployment"]["resources"]
    (cluster,) = (resource for resource in resources if resource["type"].endswith(":Cluster"))
    for side in ("inputs", "outputs"):
        secret: dict[str, Any] = cluster[side]["dockerCredentials"]
        assert "ciphertext" in secret
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"local:[0-9a-f]{32}", text), "an API key of the local aiWARE"
    assert "signature=" not in text, "a signed link"
    assert not re.search(r"/(root|home|tmp|Users)/", text), "a folder of the machine that made it"


@pytest.mark.parametrize("path", WIDE, ids=[path.stem for path in WIDE])
def test_nothing_runs_again_however_it_is_written_now(path: Path, project: Project, local: Local) -> None:
    project.config(aiware__wait="false")
    project.program(wide())
    project.pulumi("stack", "import", "--file", str(path))
    assert set(project.state()) == HELD_WIDE
    project.up("--refresh=false")
    assert project.changes() == {}
    # Signed anew, and in another order: only what is recorded of the fleet changes, and that once.
    project.program(wide(signed=2, is_reversed=True))
    project.up("--refresh=false")
    assert project.changes() == {"JobFleet fleet": "update"}
    assert project.state()["JobFleet fleet"]["outputs"]["jobs"].keys() == {"ep-1", "ep-2", "ep-3"}
    project.program(wide(signed=3))
    project.up("--refresh=false")
    assert project.changes() == {}
    assert local.mutations() == {}
