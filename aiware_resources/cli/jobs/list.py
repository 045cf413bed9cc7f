"""``aiware jobs list``."""

from __future__ import annotations

from datetime import datetime

import click
from rich.table import Table

from aiware_resources.api import JobRecord
from aiware_resources.cli.framework.options import json_option, limit_option, since_option, stack_option
from aiware_resources.cli.framework.printing import (
    first,
    id_column,
    new_table,
    print_json,
    print_table,
    text_column,
    time_column,
)
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.framework.times import at_server, shown
from aiware_resources.cli.session import Session

STATUSES = ("pending", "queued", "running", "complete", "failed", "cancelled", "aborted")
"""Those of jobs; what the cloud API calls cancelled is aborted at Edge."""


@click.command(
    "list",
    epilog=examples(
        "aiware jobs list --status failed --since 2d",
        "aiware jobs list --status running --status queued --json",
        "aiware -s prod jobs list --tdo 460907869 --limit 100",
    ),
)
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Shows only these; repeatable.")
@since_option("jobs")
@click.option("--tdo", "target_id", metavar="ID", help="Shows only the jobs of this TDO.")
@click.option("--cluster", "cluster_id", metavar="ID", help="Shows only the jobs on this cluster.")
@click.option("--engine", "engine_id", metavar="ID", help="Shows only jobs with a task of this engine.")
@limit_option()
@json_option()
@stack_option
@click.pass_obj
def list_(
    session: Session,
    statuses: tuple[str, ...],
    since: datetime | None,
    target_id: str | None,
    cluster_id: str | None,
    engine_id: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Lists jobs, newest first (query jobs)."""
    api = session.api()
    found = api.find_jobs(
        statuses=statuses,
        since=at_server(api, since),
        target_id=target_id,
        cluster_id=cluster_id,
        engine_id=engine_id,
    )
    jobs, more = first(found, limit)
    if as_json:
        print_json([job.properties() for job in jobs])
    else:
        print_table(_table(jobs), "There are no such jobs.")
    if more:
        session.note(f"These are the newest {limit}; --limit shows more.")


def _table(jobs: list[JobRecord]) -> Table:
    table = new_table(
        id_column(), text_column("name"), "status", "tasks done", id_column("TDO"), time_column("created (UTC)")
    )
    for job in jobs:
        done = sum(task.status == "complete" for task in job.tasks)
        tasks = f"{done} of {len(job.tasks)}" if job.tasks else ""
        table.add_row(job.id, job.name, job.status, tasks, job.target_id, shown(job.created_date_time))
    return table
