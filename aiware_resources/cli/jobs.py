"""``aiware jobs``: what became of a job."""

from __future__ import annotations

import json

import click
from rich.console import Console
from rich.table import Column, Table

from aiware_resources.api import TaskRecord
from aiware_resources.cli.session import Session
from aiware_resources.waiting.conditions import engine_name

_SECRET = {"tasks": {"__all__": {"log": {"uri"}}}}
"""Fields that are never printed: links that may be signed."""


@click.group()
def jobs() -> None:
    """Shows jobs."""


@jobs.command()
@click.argument("job_id")
@click.option("--json", "as_json", is_flag=True, help="Print the whole record as JSON.")
@click.pass_obj
def show(session: Session, job_id: str, as_json: bool) -> None:
    """Shows a job and its tasks (query job)."""
    job = session.api().job_details(job_id)
    if as_json:
        click.echo(json.dumps(job.model_dump(mode="json", by_alias=True, exclude=_SECRET), indent=2))
        return
    console = Console()
    console.print(
        f"job {job.id}: {job.status}; TDO {job.target_id}, cluster {job.cluster_id or 'default'}", highlight=False
    )
    # Ids are there to be copied: a narrow terminal must not cut them.
    table = Table(
        Column("task", no_wrap=True), Column("engine", overflow="fold"), "status", Column("reason", overflow="fold")
    )
    for task in job.tasks:
        table.add_row(task.id, engine_name(task), task.status, _reason(task))
    console.print(table)


@jobs.command()
@click.argument("job_id")
@click.pass_obj
def logs(session: Session, job_id: str) -> None:
    """Shows the log of each task of a job (query job, field log)."""
    for task in session.api().job_details(job_id).tasks:
        click.secho(f"{task.id} {engine_name(task)}: {task.status} {_reason(task)}".rstrip(), bold=True)
        click.echo((task.log.text if task.log and task.log.text else "(no log)").rstrip())


def _reason(task: TaskRecord) -> str:
    return ": ".join(part for part in (task.failure_reason, task.failure_message) if part)
