"""A transcription job that makes its own TDO, and what it heard.

`pulumi up` submits the job, shows its progress, and waits for it. What to see next:

- Run `pulumi up` again: nothing runs twice.
- Change `chunk_seconds`, and preview: a replacement, since the job would produce something else.
- Change `retries`: recorded only, and the preview says that it has no effect until the job runs next.
- The address is out of the local aiWARE's reach, so the words are simulated, and say so.
"""

from __future__ import annotations

from typing import Any

import pulumi

from aiware_resources import Job, engines, pipelines

job = Job(
    "transcription",
    target={"name": "Interview", "start_date_time": "2026-03-02T09:00:00Z", "stop_date_time": "2026-03-02T09:45:00Z"},
    dag=pipelines.transcription("https://media.example.com/interview.mp4", chunk_seconds=20),
    retries=1,
    timeout=3600,  # seconds; the job goes on in aiWARE when the waiting ends
    on_failure="retry",
)


def words(results: list[dict[str, Any]]) -> str:
    series = [entry for result in results for entry in result["jsondata"]["series"]]
    return " ".join(entry["words"][0]["word"] for entry in series[:8])


pulumi.export("tdo", job.target_id)
pulumi.export("status", job.status)
pulumi.export("heard", job.results(engines.SPEECHMATICS_ENGLISH).apply(words))
