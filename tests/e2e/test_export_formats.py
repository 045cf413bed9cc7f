"""Every format of a real recording, asked for through the real engine and read back by other people's parsers."""

from __future__ import annotations

import io
import json
import re
import zipfile

import httpx

from tests.aiware_local.readers import CAPTIONS, TEXTS, lines_of
from tests.support.local import Local
from tests.support.project import ROOT, Project

FORMATS = ("txt", "docx", "txtAvid", "srt", "ttml", "vtt", "vlf")

TRANSCRIBED = """
tdo = TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574311041)
graph = pipelines.transcription("file:examples/media/interview.mp4")
job = Job("job", target_id=tdo.id, tasks=graph.tasks, routes=graph.routes)
who = Job(
    "who",
    target_id=job.target_id,
    is_reprocess_job=True,
    tasks=[{"engine_id": engines.SPEAKER_DETECTION}],
    opts=pulumi.ResourceOptions(depends_on=[job]),
)

def export(name, formats, **more):
    return ExportRequest(
        name,
        tdo_data=[{"tdo_id": job.target_id}],
        output_configurations=[
            {"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": formats},
            {"engine_id": engines.SPEAKER_DETECTION, "formats": []},
        ],
        opts=pulumi.ResourceOptions(depends_on=[who]),
        **more,
    )
"""

EACH = """
for extension in ("txt", "docx", "txtAvid", "srt", "ttml", "vtt", "vlf"):
    export(extension, [{"extension": extension}], download_to=f"out/council.{extension}")
"""

ALL = """
named = {"withSpeakerData": True, "newLineOnPunctuation": True}
everything = export(
    "everything",
    [
        {"extension": "txt", "options": {"newLineOnPunctuation": True, "maxCharacterPerLine": 40}},
        {"extension": "docx"},
        {"extension": "ttml", "options": {**named, "fileExtension": "xml"}},
        *[{"extension": extension, "options": named} for extension in ("txtAvid", "srt", "vtt")],
        {"extension": "vlf"},
    ],
    include_media=True,
)
pulumi.export("uri", everything.asset_uri)
"""


def _spoken() -> list[str]:
    """The words of the recording, as the transcript beside it has them."""
    lines = (ROOT / "examples" / "media" / "interview.vtt").read_text().splitlines()
    return " ".join(re.sub("<[^>]*>", "", line) for line in lines if line.startswith("<v")).split()


def test_each_format_is_what_other_programs_read(project: Project, local: Local) -> None:
    project.program(TRANSCRIBED + EACH + ALL)
    project.up()
    for extension in (*CAPTIONS, *TEXTS):
        content = (project.folder / "out" / f"council.{extension}").read_bytes()
        assert " ".join(lines_of(extension, content)).split() == _spoken()
    series = json.loads((project.folder / "out" / "council.vlf").read_bytes())["series"]
    assert [entry["words"][0]["word"] for entry in series] == _spoken()
    for extension, read in CAPTIONS.items():
        shown = read((project.folder / "out" / f"council.{extension}").read_bytes())
        times = [time for cue in shown for time in (cue.start, cue.stop)]
        assert times == sorted(times)
        assert (times[0], times[-1]) == (400, 40464) if extension != "txtAvid" else times[-1] <= 41000
    assert_zip_holds_every_format(project, local)

    # An option at its default asks for nothing new.
    made = local.mutations()
    at_defaults = '[{"extension": "vtt", "options": {"linesPerScreen": 2, "fileExtension": "vtt"}}]'
    vtt = '[{"extension": extension}]'
    assert vtt in EACH
    project.program(TRANSCRIBED + EACH.replace(vtt, f'{at_defaults} if extension == "vtt" else {vtt}') + ALL)
    project.up()
    assert (project.changes(), local.mutations()) == ({}, made)
    other = at_defaults.replace("2", "3")
    project.program(TRANSCRIBED + EACH.replace(vtt, f'{other} if extension == "vtt" else {vtt}') + ALL)
    assert project.preview() == {"ExportRequest vtt": "replace"}


def assert_zip_holds_every_format(project: Project, local: Local) -> None:
    """Several formats come as one zip."""
    (tdo,) = local.objects()["tdos"]
    shown = project.pulumi("stack", "output", "uri", "--show-secrets").output.strip()
    content = httpx.get(shown, timeout=30).raise_for_status().content
    archive = zipfile.ZipFile(io.BytesIO(content))
    extensions = {"xml": "ttml", **{name: name for name in FORMATS if name != "ttml"}}
    media = f"{tdo['id']}_interview.mp4"
    assert archive.testzip() is None
    assert set(archive.namelist()) == {media, *(f"{tdo['id']}.{ending}" for ending in extensions)}
    assert archive.read(media) == (ROOT / "examples" / "media" / "interview.mp4").read_bytes()
    for ending, extension in extensions.items():
        if extension != "vlf":
            lines = lines_of(extension, archive.read(f"{tdo['id']}.{ending}"))
            spoken = [re.sub("^(Nora|Ben): ", "", line) for line in lines]
            assert " ".join(spoken).split() == _spoken()
    srt = CAPTIONS["srt"](archive.read(f"{tdo['id']}.srt"))
    assert srt[0].lines[0] == "Nora: Thank you for making time."
    assert any(line.startswith("Ben: ") for cue in srt for line in cue.lines)
    assert b"<v Nora>Thank you" in archive.read(f"{tdo['id']}.vtt")


def test_a_wrong_option_is_told_in_the_preview(project: Project, local: Local) -> None:
    formats = """[
        {"extension": "vtt", "options": {"maxCharacterPerLine": "wide"}},
        {"extension": "txt", "options": {"linesPerScreen": 2}},
    ]"""
    project.program(TRANSCRIBED + f'export("one", {formats})')
    output = project.pulumi("preview", fails=True).output
    for words in (
        "outputConfigurations[0].formats[0].options.maxCharacterPerLine",
        "must be a whole number, 1 or more",
        "outputConfigurations[0].formats[1].options.linesPerScreen",
        "is not an option of txt, which has maxCharacterPerLine, newLineOnPunctuation",
    ):
        assert words in output
    assert "Traceback" not in output
    assert local.mutations() == {}
