"""Every recording of a list, transcribed: one resource, however long the list is.

`pulumi up` submits a job for each line of recordings.csv, and waits for all of them. What to see next:

- Add a line and preview: it says that one job is submitted, with its key. Nothing else runs.
- Take a line out: its TDO and its captions go, and nothing else.
- Change an address: this one recording is transcribed again.
- Misspell a column in the template: the preview names the recordings that lack it.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pulumi

from aiware_resources import JobFleet, JobTemplate, media_key, media_value, pipelines

with (Path(__file__).parent / "recordings.csv").open(encoding="utf-8") as file:
    recordings = {row.pop("key"): row for row in csv.DictReader(file)}

fleet = JobFleet(
    "recordings",
    template=JobTemplate(
        dag=pipelines.transcription(media_value("url")),
        target={"name": f"{media_value('title')}, {media_key()}"},
    ),
    media=recordings,
    concurrency=4,  # jobs submitted side by side
    on_failure="retry",
    exports=["vtt"],  # captions of each recording: out/captions/<key>.vtt
    download_to="out/captions",
)

pulumi.export("counts", fleet.counts)
pulumi.export("captions", fleet.caption_files)
pulumi.export("town hall", fleet.jobs["2026-03-23"]["target_id"])
