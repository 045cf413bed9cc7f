"""Exports of several files: unpacked into a folder, whenever one of them is missing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
job = Job("job", target={{}}, dag=pipelines.transcription("file:examples/media/interview.mp4"))
export = ExportRequest(
    "export",
    tdo_data=[{{"tdo_id": job.target_id}}],
    output_configurations=[
        {{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": each}} for each in {formats}]}}
    ],
    download_to="{to}",
)
pulumi.export("path", export.path)
pulumi.export("files", export.files)
pulumi.export("size", export.size)
pulumi.export("sha256", export.sha256)
"""


def program(*formats: str, to: str) -> str:
    return PROGRAM.format(formats=list(formats), to=to)


def below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def test_several_formats_are_unpacked_into_a_folder(project: Project, local: Local) -> None:
    project.program(program("vtt", "srt", "docx", to="out/captions"))
    project.up()
    tdo, folder = local.only("tdos")["id"], project.folder / "out" / "captions"
    assert below(folder) == [f"{tdo}.docx", f"{tdo}.srt", f"{tdo}.vtt"]
    assert (folder / f"{tdo}.vtt").read_text().startswith("WEBVTT")
    assert zipfile.is_zipfile(folder / f"{tdo}.docx")
    outputs = project.outputs()
    assert outputs["path"] == "out/captions"
    assert [file["path"] for file in outputs["files"]] == [f"out/captions/{name}" for name in below(folder)]
    assert outputs["size"] == sum((project.folder / file["path"]).stat().st_size for file in outputs["files"])
    assert "sha256" not in outputs or outputs["sha256"] is None

    made, content = local.mutations(), (folder / f"{tdo}.srt").read_bytes()
    (folder / f"{tdo}.srt").unlink()
    project.up()
    assert project.changes() == {}
    assert (folder / f"{tdo}.srt").read_bytes() == content
    assert local.mutations() == made
    # Nothing of the files is in the state.
    recorded = json.dumps(project.state()["ExportRequest export"]["outputs"])
    assert recorded.count("out/captions") == 1
    assert "sha256" not in recorded

    # One format may go into a folder too.
    project.program(program("vtt", to="out/alone/"))
    project.up()
    assert below(project.folder / "out" / "alone") == [f"{tdo}.vtt"]
    assert [file["path"] for file in project.outputs()["files"]] == [f"out/alone/{tdo}.vtt"]

    # Several do not go into a file.
    project.program(program("vtt", "srt", to="out/captions.vtt"))
    output = project.pulumi("preview", fails=True).output
    assert "downloadTo" in output
    assert "makes several (2 formats of 1 TDO): name a folder" in output
