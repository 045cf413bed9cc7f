"""A folder of this machine as an archive: each file is uploaded once, and what changes runs again."""

from __future__ import annotations

import os
from pathlib import Path

from tests.support.local import Local
from tests.support.project import Project
from tests.support.shipped import shipped_project


def record(folder: Path, key: str, content: bytes, seconds: int = 3600) -> None:
    """Writes a recording that was changed so long ago that it is not growing."""
    (folder / key).write_bytes(content)
    when = (folder / key).stat().st_mtime - seconds
    os.utime(folder / key, (when, when))


def test_an_archive_in_a_folder(project: Project, local: Local) -> None:
    shipped_project(project)
    talks = {"name": "talks", "media": "media", "pattern": "*.mp4"}
    project.config(**{"aiware-pipelines:recordings": None, "aiware-pipelines:cluster": None})
    project.config(**{"aiware-pipelines:archives": [talks]})
    media, captions = project.folder / "media", project.folder / "out" / "local" / "talks"
    media.mkdir()
    for key in ("a.mp4", "b.mp4", "c.mp4"):
        record(media, key, key.encode())
    project.up()
    assert {path.name for path in captions.glob("*.vtt")} == {"a.mp4.vtt", "b.mp4.vtt", "c.mp4.vtt"}
    assert local.mutations() == {"createTDO": 3, "createAsset": 3, "createJob": 3, "createExportRequest": 1}

    # One has another time only, one another content, and one is gone.
    record(media, "a.mp4", b"a.mp4", seconds=7200)
    record(media, "b.mp4", b"B.MP4")
    (media / "c.mp4").unlink()
    said = project.up().output.replace("\n", " ")
    assert "resubmits b.mp4; removes c.mp4" in said
    assert local.calls()["createAsset"] == local.calls()["createJob"] == 4
    assert {path.name for path in captions.glob("*.vtt")} == {"a.mp4.vtt", "b.mp4.vtt"}
    contents = {
        asset["name"]: local.content(asset["signedUri"])
        for tdo in local.objects()["tdos"]
        for asset in tdo["assets"]["records"]
        if "pulumiMarker" in (asset["details"] or {})
    }
    assert contents == {"a.mp4": b"a.mp4", "b.mp4": b"B.MP4"}
    assert project.preview() == {}
    assert "signature=" not in "".join(path.read_text() for path in (project.folder / "state").rglob("*.json"))
