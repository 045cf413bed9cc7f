"""The whole walk: the seed document's job declared, previewed, applied, waited for, exported, and destroyed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.forked_python import SOCKET
from tests.support.local import Local
from tests.support.project import Project
from tests.support.shipped import shipped_project
from tests.support.speech import caption_text, script, word_error_rate


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Local]]:
    """As those of other tests, with a local aiWARE that really recognizes speech."""
    folder = tmp_path_factory.mktemp("listening")
    server = Local(folder / "aiware-data", folder / "project", recognition=True)
    yield folder / "project", server
    server.stop()


@pytest.fixture
def shipped(project: Project) -> Project:
    """The project as it ships: its own program, the local stack's own configuration."""
    return shipped_project(project)


def test_up_preview_destroy(shipped: Project, local: Local) -> None:
    # As a user's: with the list of installed packages that other tests go without, and in processes of its own.
    forked = {name: shipped.environment.pop(name) for name in ("PYTHONPATH", SOCKET)}
    assert shipped.preview() == {
        "Transcription city-council": "create",
        "Cluster cluster": "create",
        "TemporalDataObject city-council": "create",
        "Job city-council": "create",
        "ExportRequest city-council-vtt": "create",
        "ExportRequest city-council-srt": "create",
    }
    assert local.mutations() == {}

    shipped.up()
    shipped.environment |= forked
    job = local.only("jobs")
    assert job["status"] == "complete"
    assert (len(job["tasks"]["records"]), len(job["routes"])) == (5, 4)
    assert job["targetId"] == local.only("tdos")["id"]
    assert job["clusterId"] == local.only("clusters")["id"]
    written = shipped.folder / "out" / "local"
    vtt, srt = ((written / f"city-council.{extension}").read_text() for extension in ("vtt", "srt"))
    assert vtt.startswith("WEBVTT")
    assert "-->" in srt
    heard, log = caption_text(written / "city-council.vtt"), shipped.aiware("jobs", "logs", job["id"]).stdout
    if find_spec("moonshine_voice"):
        assert word_error_rate(script("city-council.mp4"), heard) <= 0.1
        assert "Recognized by moonshine-voice" in log
    else:
        assert heard.startswith("This transcript is simulated.")
        assert "moonshine-voice is not installed" in log
    assert shipped.outputs()["city-council"] == {
        "tdo": job["targetId"],
        "captions": ["out/local/city-council.vtt", "out/local/city-council.srt"],
    }

    made = local.mutations()
    assert made == {"createCluster": 1, "createTDO": 1, "createJob": 1, "createExportRequest": 2}
    # A missing file is fetched again by an update, without a change.
    (written / "city-council.vtt").unlink()
    assert shipped.preview() == {}
    assert not (written / "city-council.vtt").exists()
    shipped.up()
    assert shipped.changes() == {}
    assert (written / "city-council.vtt").read_text() == vtt
    assert local.mutations() == made

    shipped.destroy()
    left = local.objects()
    assert (left["tdos"], left["clusters"]) == ([], [])
    assert [job["status"] for job in left["jobs"]] in ([], ["complete"])
    assert shipped.state() == {}


def test_times_without_quotes_are_read_by_the_program_and_by_the_check(shipped: Project, local: Local) -> None:
    shipped.config(**{"aiware-pipelines:recordings": [], "aiware-pipelines:documents": []})
    path = shipped.folder / "stacks" / "Pulumi.local.yaml"
    recordings = """  aiware-pipelines:recordings:
    - name: council
      url: file:examples/media/city-council.mp4
      start: 2026-03-02T09:00:00Z
      stop: 2026-03-03
"""
    path.write_text(path.read_text().replace("  aiware-pipelines:recordings: []\n", recordings))
    preview = shipped.preview()
    assert preview["TemporalDataObject council"] == "create"
    # Pulumi writes them in another form.
    shipped.pulumi("config", "set", "aiware-pipelines:protect", "false")
    assert "2026-03-02 09:00:00 +0000 UTC" in path.read_text()
    assert shipped.preview() == preview
    checked = shipped.aiware("-s", "local", "stacks", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
