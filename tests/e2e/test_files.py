"""A job on a file from disk: uploaded once, again when its content changes, never twice."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.local import Local
from tests.support.project import Project, kill, until

TDO = """
tdo = TemporalDataObject(
    "tdo",
    start_date_time=1574311000,
    stop_date_time=1574315000,
    assets=[{{"asset_type": "media", "file": "{file}", "content_type": "video/mp4"{more}}}],
)
pulumi.export("uploads", tdo.uploads)
"""
JOB = """
job = Job(
    "job", target_id=tdo.id, dag=pipelines.reprocess_transcription(), is_reprocess_job=True, triggers=tdo.assets
)
"""


@pytest.fixture
def file(project: Project) -> Path:
    made = project.folder / "interview.mp4"
    made.write_bytes(b"first content")
    return made


def tdo(file: str = "interview.mp4", more: str = "") -> str:
    return TDO.format(file=file, more=more)


def only_asset(local: Local) -> dict[str, Any]:
    (asset,) = [asset for asset in local.only("tdos")["assets"]["records"] if asset["assetType"] == "media"]
    query = "query($id: ID!) { asset(id: $id) { id name assetType contentType signedUri fileData { size md5sum } } }"
    found: dict[str, Any] = local.graphql(query, id=asset["id"])["asset"]
    return found


def content(asset: dict[str, Any]) -> bytes:
    return httpx.get(asset["signedUri"], trust_env=False).content


def test_a_job_runs_on_a_file_from_disk(project: Project, local: Local) -> None:
    project.program(tdo("examples/media/interview.mp4") + JOB)
    assert project.preview() == {"TemporalDataObject tdo": "create", "Job job": "create"}
    assert local.mutations() == {}
    project.up()
    uploaded = (project.folder / "examples/media/interview.mp4").read_bytes()
    media = [asset for asset in local.only("tdos")["assets"]["records"] if asset["assetType"] == "media"]
    assert [asset["fileData"]["size"] for asset in media] == [len(uploaded)]
    assert local.only("jobs")["status"] == "complete"
    (told,) = project.outputs()["uploads"]
    assert told == {
        "assetId": media[0]["id"],
        "file": "examples/media/interview.mp4",
        "size": len(uploaded),
        "sha256": hashlib.sha256(uploaded).hexdigest(),
    }

    made = local.mutations()
    assert made == {"createTDO": 1, "createAsset": 1, "createJob": 1}
    project.destroy()
    assert local.objects()["tdos"] == []


def test_a_file_from_its_upload_to_its_deletion(project: Project, local: Local, file: Path) -> None:
    project.program(tdo("nowhere.mp4"))
    missing = project.pulumi("preview", fails=True).output
    assert "assets[0].file" in missing
    assert "does not exist (nowhere.mp4, looked for in " in missing
    assert "Traceback" not in missing
    assert local.mutations() == {}

    # A lost answer makes no second asset.
    local.fault({"dropResponse": True}, operation="createAsset")
    project.program(tdo() + JOB)
    project.up()
    first, tdo_id = only_asset(local), local.only("tdos")["id"]
    assert content(first) == b"first content"

    # Elsewhere with the same content it is not uploaded again.
    (project.folder / "moved").mkdir()
    file = file.rename(project.folder / "moved" / "interview.mp4")
    moved = "moved/interview.mp4"
    project.program(tdo(moved) + JOB)
    project.up()
    assert (project.changes(), local.mutations()["createAsset"]) == ({}, 1)

    # New content is a new asset in place.
    file.write_bytes(b"second content")
    assert project.preview() == {"TemporalDataObject tdo": "update", "Job job": "replace"}
    project.program(tdo(moved))
    project.up()
    second = only_asset(local)
    assert content(second) == b"second content"
    assert (second["name"], second["contentType"]) == ("interview.mp4", "video/mp4")
    assert second["id"] != first["id"]
    assert local.only("tdos")["id"] == tdo_id

    # An asset that vanished shows, and is uploaded again.
    local.graphql("mutation($id: ID!) { deleteAsset(id: $id) { id } }", id=second["id"])
    project.up()
    assert project.changes() == {"TemporalDataObject tdo": "update"}
    assert content(only_asset(local)) == b"second content"

    # The last file taken out is deleted.
    project.program('TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)')
    project.up()
    assert project.changes() == {"TemporalDataObject tdo": "update"}
    left = [asset["assetType"] for asset in local.only("tdos")["assets"]["records"]]
    assert "media" not in left
    assert local.mutations()["createAsset"] == 3


def test_a_refused_upload_fails_the_run_and_the_next_one_makes_up_for_it(
    project: Project, local: Local, file: Path
) -> None:
    local.fault({"graphqlError": "not_allowed"}, operation="createAsset")
    project.program(tdo() + JOB)
    output = project.up(fails=True).output
    assert "tdo: createAsset " in output
    assert "not_allowed" in output
    assert local.objects()["jobs"] == []
    project.up()
    assert project.changes() == {"TemporalDataObject tdo": "update", "Job job": "create"}
    assert local.mutations()["createTDO"] == 1
    assert local.only("jobs")["status"] == "complete"


def test_a_run_killed_while_it_uploads_is_made_up_for(project: Project, local: Local, file: Path) -> None:
    # What is delayed would be carried out later, in the middle of another test.
    local.fault({"hang": True}, operation="createAsset")
    project.program(tdo())
    running = project.start("up", "--yes", "--skip-preview", forked=True)
    until(lambda: bool(local.objects()["tdos"]))
    kill(running)
    local.clear_faults()
    project.pulumi("cancel", "--yes")
    project.up()
    assert local.mutations()["createTDO"] == 1
    assert content(only_asset(local)) == b"first content"


def test_without_markers_a_file_is_known_by_its_content(project: Project, local: Local, file: Path) -> None:
    project.config(aiware__markers="false")
    project.program(tdo(more=', "details": {"kind": "interview"}'))
    project.up()
    project.up()
    assert (project.changes(), local.mutations()["createAsset"]) == ({}, 1)
    assert local.only("tdos")["assets"]["records"][0]["details"] == {"kind": "interview"}
