"""One engine on one file: aiWARE takes the tasks around the engine from the engine's own template.

`pulumi up` submits the job, shows its progress, and waits for it. What to see next:

- Run `pulumi up` again: nothing runs twice.
- Change `priority`: recorded only, and the preview says that it has no effect until the job runs next.
- Change `fields`, and preview: a replacement, since the job would produce something else.
- Misspell `true`, and preview: refused, with the values that the engine takes.
"""

from __future__ import annotations

import pulumi

from aiware_resources import SingleEngineJob, engines

job = SingleEngineJob(
    "interview",
    engine_id=engines.SPEECHMATICS_ENGLISH,
    upload_url="https://media.example.com/interview.mp4",
    fields={"diarise": "true"},
    priority=-5,
    timeout=3600,  # seconds; the job goes on in aiWARE when the waiting ends
)

pulumi.export("tdo", job.target_id)
pulumi.export("status", job.status)
pulumi.export("words", job.results().apply(lambda found: sum(len(each["jsondata"]["series"]) for each in found)))
