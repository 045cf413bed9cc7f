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
from tests.support.local import Local
from tests.support.project import Project

RELEASES = sorted(STATES.glob("*.json"))

DECLARED = """
cluster = Cluster("cluster", name="pipelines-local", allowed_engines=["all"])
tdo = TemporalDataObject("city-council", start_date_time=1574311000, stop_date_time=1574315000)
graph = pipelines.transcription("file:examples/media/city-council.mp4")
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


@pytest.fixture(params=RELEASES, ids=[path.stem for path in RELEASES])
def imported(request: pytest.FixtureRequest, project: Project, local: Local) -> Project:
    """A project whose stack holds the state of a release, and whose aiWARE has none of its objects."""
    project.program(DECLARED)
    project.pulumi("stack", "import", "--file", str(request.param))
    assert set(project.state()) == HELD
    return project


def test_what_is_gone_is_to_be_created_again(imported: Project, local: Local) -> None:
    assert imported.preview() == dict.fromkeys(HELD, "create")
    imported.up()
    assert local.only("jobs")["status"] == "complete"
    assert imported.preview() == {}


def test_a_refresh_finds_nothing_left(imported: Project, local: Local) -> None:
    imported.pulumi("refresh", "--yes", "--skip-preview")
    assert imported.state() == {}
    assert local.mutations() == {}


def test_destroy_asks_every_provider(imported: Project, local: Local) -> None:
    imported.pulumi("destroy", "--yes", "--skip-preview", "--refresh=false")
    assert imported.state() == {}
    assert {"deleteCluster", "deleteTDO", "job"} <= local.calls().keys()


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
