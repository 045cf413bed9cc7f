"""A stack as an asset of Dagster, which runs it on a schedule or when asked: `dagster dev -f dagster_assets.py`.

`python dagster_assets.py` runs it once. It needs `pip install dagster` beside this library.
"""

from functools import partial

import dagster
import pulumi
from pulumi import automation as auto

from aiware_resources import Job, pipelines

RECORDINGS = dagster.StaticPartitionsDefinition(["mayor", "council"])


def program(recording: str) -> None:
    """Declares the transcription of a recording."""
    url = f"https://media.example.com/{recording}.mp4"
    job = Job("job", target={"name": recording}, dag=pipelines.transcription(url))
    pulumi.export("tdo", job.target_id)


# The next attempt resumes what an earlier one submitted. Dagster reads the type of `context` as it stands: so there is
# no `from __future__ import annotations`.
@dagster.asset(partitions_def=RECORDINGS, retry_policy=dagster.RetryPolicy(max_retries=2, delay=60))
def transcript(context: dagster.AssetExecutionContext) -> dagster.MaterializeResult[None]:
    """A recording's transcript in aiWARE."""

    def tell(event: auto.EngineEvent) -> None:
        if event.diagnostic_event and event.diagnostic_event.severity != "debug":
            context.log.info(event.diagnostic_event.message.strip())

    recording = context.partition_key
    options = auto.LocalWorkspaceOptions(project_settings=auto.ProjectSettings("transcripts", "python"))
    stack = auto.create_or_select_stack(recording, "transcripts", partial(program, recording), opts=options)
    done = stack.up(refresh=True, on_event=tell)
    changes = done.summary.resource_changes or {}
    return dagster.MaterializeResult(
        metadata={"tdo": done.outputs["tdo"].value, "created": changes.get(auto.OpType.CREATE, 0)}
    )


definitions = dagster.Definitions(assets=[transcript])

if __name__ == "__main__":
    for key in RECORDINGS.get_partition_keys():
        dagster.materialize([transcript], partition_key=key)
