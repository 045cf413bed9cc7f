"""Caption files of all kinds beside recordings, through the real engine: in every format each word is there once."""

from __future__ import annotations

import shutil

from tests.aiware_local.readers import CAPTIONS, TEXTS, lines_of
from tests.aiware_local.tdos.test_sidecars import CASES, SAID
from tests.support.local import Local
from tests.support.project import Project

PROGRAM = """
def transcribed(name):
    dag = pipelines.one_engine(engines.SPEECHMATICS_ENGLISH, f"file:{{name}}.mp4")
    return Job(name, target={{"name": name}}, dag=dag)

jobs = {{name: transcribed(name) for name in {names}}}
ExportRequest(
    "export",
    tdo_data=[{{"tdo_id": job.target_id}} for job in jobs.values()],
    output_configurations=[
        {{"engine_id": engines.SPEECHMATICS_ENGLISH, "formats": [{{"extension": each}} for each in {formats}]}}
    ],
    download_to="out",
    opts=pulumi.ResourceOptions(depends_on=list(jobs.values())),
)
for name, job in jobs.items():
    pulumi.export(name, job.target_id)
"""


def test_every_caption_file_in_every_format(project: Project, local: Local) -> None:
    formats = [*CAPTIONS, *TEXTS]
    files = {f"{name.replace('.', '-')}": name for name in SAID}
    for recording, name in files.items():
        (project.folder / f"{recording}.mp4").write_bytes(b"a recording")
        shutil.copy(CASES / name, project.folder / f"{recording}{(CASES / name).suffix}")
    project.program(PROGRAM.format(names=list(files), formats=formats))
    project.up()
    tdos = project.outputs()
    for recording, name in files.items():
        said = " ".join(text for _, text in SAID[name])
        for extension in formats:
            content = (project.folder / "out" / f"{tdos[recording]}.{extension}").read_bytes()
            lines = lines_of(extension, content)
            if name == "ja.srt":
                assert "".join(lines).replace(" ", "") == said.replace(" ", ""), extension
                assert all(len(line) <= 60 for line in lines)
            else:
                assert " ".join(lines) == said, (name, extension)
