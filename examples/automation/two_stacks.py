"""Two stacks side by side in one process, and their progress: `python two_stacks.py`.

The program is a function, so there is no Pulumi.yaml. Run it again, and there is nothing to do.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pulumi
from pulumi import automation as auto

from aiware_resources import Job, pipelines


def program(recording: str) -> None:
    """Declares the transcription of a recording."""
    job = Job(
        recording, target={"name": recording}, dag=pipelines.transcription(f"https://media.example.com/{recording}.mp4")
    )
    pulumi.export("status", job.status)


def update(recording: str) -> str:
    """Brings the stack of a recording up to date, and returns the status of the update."""

    def tell(event: auto.EngineEvent) -> None:
        if event.diagnostic_event and event.diagnostic_event.severity != "debug":
            print(f"{recording}: {event.diagnostic_event.message.strip()}")

    options = auto.LocalWorkspaceOptions(project_settings=auto.ProjectSettings("transcripts", "python"))
    stack = auto.create_or_select_stack(recording, "transcripts", partial(program, recording), opts=options)
    stack.set_config("aiware:endpoint", auto.ConfigValue("local"))
    return stack.up(refresh=True, on_event=tell).summary.result


if __name__ == "__main__":
    with ThreadPoolExecutor(max_workers=2) as threads:
        print(*threads.map(update, ["mayor", "council"]))
