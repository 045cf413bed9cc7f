"""A transcription, exported as captions and written to disk.

`pulumi up` waits for the job, requests the export, waits for it too, and writes captions.vtt. What to see next:

- Delete captions.vtt, and run `pulumi up`: the file is fetched again, though nothing changed in aiWARE.
- Change an option of the format: a new request, since the API cannot change one. The job does not run again.
"""

from __future__ import annotations

import pulumi

from aiware_resources import ExportRequest, Job, engines, pipelines

job = Job(
    "transcription",
    target={"name": "Interview"},
    dag=pipelines.transcription("https://media.example.com/interview.mp4"),
)

captions = ExportRequest(
    "captions",
    tdo_data=[{"tdo_id": job.target_id}],
    output_configurations=[
        {
            "engine_id": engines.SPEECHMATICS_ENGLISH,
            "formats": [{"extension": "vtt", "options": {"maxCharacterPerLine": 40, "linesPerScreen": 2}}],
        }
    ],
    download_to="captions.vtt",
    opts=pulumi.ResourceOptions(depends_on=[job]),
)

pulumi.export("file", captions.path)
pulumi.export("size", captions.size)
pulumi.export("sha256", captions.sha256)
