"""``aiware jobs show``."""

from __future__ import annotations

import click

from aiware_resources.api import TaskRecord
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import console, id_column, new_table, print_json, text_column
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session
from aiware_resources.waiting.conditions import engine_name

_SECRET = {"tasks": {"__all__": {"log": {"uri"}}}}
"""Fields that are never printed: links that may be signed."""


@click.command(
    epilog=examples("aiware jobs show 24112609_Mdsq3lksrB", "aiware -s prod jobs show 24112609_Mdsq3lksrB --json")
)
@click.argument("job_id", metavar="JOB")
@json_option("Prints the whole record as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, job_id: str, as_json: bool) -> None:
    """Shows a job and its tasks (query job)."""
    job = session.api().job_details(job_id)
    if as_json:
        print_json(job.model_dump(mode="json", by_alias=True, exclude=_SECRET))
        return
    printer = console()
    name = f' "{job.name}"' if job.name else ""
    printer.print(
        f"job {job.id}{name}: {job.status}; TDO {job.target_id or 'none'}, cluster {job.cluster_id or 'default'}",
        soft_wrap=True,
    )
    table = new_table(id_column("task"), text_column("engine"), "status", text_column("reason"))
    for task in job.tasks:
        table.add_row(task.id, engine_name(task), task.status, reason(task))
    printer.print(table)


def reason(task: TaskRecord) -> str:
    """Why a task failed, if it did."""
    return ": ".join(part for part in (task.failure_reason, task.failure_message) if part)
