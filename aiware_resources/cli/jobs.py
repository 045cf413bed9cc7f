"""``aiware jobs``: what became of jobs, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from aiware_resources.cli.framework.options import (
    at_server,
    confirm,
    examples,
    json_option,
    limit_option,
    since_option,
    stack_option,
    yes_option,
)
from aiware_resources.cli.framework.printing import (
    console,
    first,
    new_table,
    print_json,
    print_table,
    shown,
    text_column,
    to_each,
)
from aiware_resources.cli.framework.session import Session, not_seen
from aiware_resources.errors import InvalidInput
from aiware_resources.text.words import duration

if TYPE_CHECKING:
    from rich.table import Table

    from aiware_resources.api import JobRecord, TaskRecord

STATUSES = ("pending", "queued", "running", "complete", "failed", "cancelled", "aborted")
"""Statuses of jobs; what the cloud API calls cancelled is aborted at Edge."""

_SECRET = {"tasks": {"__all__": {"log": {"uri"}}}}
"""Fields that are never printed: links that may be signed."""


@click.group()
def jobs() -> None:
    """Show jobs, watch them, retry and cancel them."""


@jobs.command(
    "list",
    epilog=examples(
        "aiware jobs list --status failed --since 2d",
        "aiware jobs list --status running --status queued --json",
        "aiware -s prod jobs list --tdo 460907869 --limit 100",
    ),
)
@click.option("--status", "statuses", type=click.Choice(STATUSES), multiple=True, help="Show only these; repeatable.")
@since_option("jobs")
@click.option("--tdo", "target_id", metavar="ID", help="Show only the jobs of this TDO.")
@click.option("--cluster", "cluster_id", metavar="ID", help="Show only the jobs on this cluster.")
@click.option("--engine", "engine_id", metavar="ID", help="Show only jobs with a task of this engine.")
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
    """List jobs, newest first (query jobs)."""
    api = session.api()
    found = api.find_jobs(
        statuses=statuses,
        since=at_server(api, since),
        target_id=target_id,
        cluster_id=cluster_id,
        engine_id=engine_id,
    )
    records, more = first(found, limit)
    if as_json:
        print_json([job.properties() for job in records])
    else:
        print_table(_table(records), "There are no such jobs.")
    if more:
        session.note(f"These are the newest {limit}; --limit shows more.")


def _table(records: list[JobRecord]) -> Table:
    table = new_table(
        "id",
        text_column("name"),
        "status",
        "tasks done",
        "TDO",
        text_column("TDO name"),
        "created (UTC)",
        least=("tasks done", "created (UTC)", "TDO name", "TDO", "name"),
    )
    for job in records:
        done = sum(task.status == "complete" for task in job.tasks)
        tasks = f"{done} of {len(job.tasks)}" if job.tasks else ""
        tdo_name = job.target.name if job.target else None
        table.add_row(job.id, job.name, job.status, tasks, job.target_id, tdo_name, shown(job.created_date_time))
    return table


@jobs.command(
    epilog=examples("aiware jobs show 24112609_Mdsq3lksrB", "aiware -s prod jobs show 24112609_Mdsq3lksrB --json")
)
@click.argument("job_id", metavar="JOB")
@json_option("Print the whole record as JSON, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def show(session: Session, job_id: str, as_json: bool) -> None:
    """Show a job and its tasks (query job)."""
    from aiware_resources.waiting.conditions import engine_name

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
    table = new_table("task", text_column("engine"), "status", "took", text_column("reason"), least=("took",))
    for task in job.tasks:
        table.add_row(task.id, engine_name(task), task.status, _took(task), _reason(task))
    printer.print(table)


def _reason(task: TaskRecord) -> str:
    """Tells why a task failed, if it did."""
    return ": ".join(part for part in (task.failure_reason, task.failure_message) if part)


def _took(task: TaskRecord) -> str:
    """Tells how long a task that has ended worked."""
    if not task.started_date_time or not task.completed_date_time:
        return ""
    return duration((task.completed_date_time - task.started_date_time).total_seconds())


@jobs.command(
    epilog=examples(
        "aiware jobs watch 24112609_Mdsq3lksrB 24112609_Kpw81msqTz",
        "aiware jobs watch $(aiware jobs list --status running --json | jq -r '.[].id')",
        "aiware jobs watch 24112609_Mdsq3lksrB --timeout 3600 --json",
        "aiware jobs watch 24112609_Mdsq3lksrB --follow",
    )
)
@click.argument("job_ids", metavar="JOB...", nargs=-1, required=True)
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End with 1 after this long."
)
@click.option("-f", "--follow", is_flag=True, help="Print what the tasks log as well, as it comes.")
@json_option("Print a JSON object a line for each change, and errors as JSON on standard error.")
@stack_option
@click.pass_obj
def watch(session: Session, job_ids: tuple[str, ...], timeout: float | None, follow: bool, as_json: bool) -> None:
    """Watch jobs until all of them are done (query job, in batches).

    A terminal shows a table that is kept up to date, anything else gets a line for each change. Exit code 1 when a job
    failed. Ctrl-C ends the watching; the jobs go on.
    """
    from aiware_resources.cli import watching

    watching.watch(session, job_ids, timeout, as_json=as_json, follow=follow)


@jobs.command(epilog=examples("aiware jobs logs 24112609_Mdsq3lksrB", "aiware jobs logs 24112609_Mdsq3lksrB --failed"))
@click.argument("job_id", metavar="JOB")
@click.option("--failed", is_flag=True, help="Show only the logs of tasks that failed.")
@json_option()
@stack_option
@click.pass_obj
def logs(session: Session, job_id: str, failed: bool, as_json: bool) -> None:
    """Show the log of each task of a job (query job, field log)."""
    from aiware_resources.api.statuses import TASK_FAILED
    from aiware_resources.waiting.conditions import engine_name

    tasks = [task for task in session.api().job_details(job_id).tasks if not failed or task.status in TASK_FAILED]
    if as_json:
        print_json([_log_properties(task) for task in tasks])
        return
    for task in tasks:
        click.secho(f"{task.id} {engine_name(task)}: {task.status} {_reason(task)}".rstrip(), bold=True)
        click.echo((_log(task) or "(no log)").rstrip())


def _log_properties(task: TaskRecord) -> dict[str, str | None]:
    return {
        "id": task.id,
        "engineId": task.engine_id,
        "status": task.status,
        "failureReason": task.failure_reason,
        "failureMessage": task.failure_message,
        "log": _log(task),
    }


def _log(task: TaskRecord) -> str | None:
    return task.log.text if task.log else None


@jobs.command(
    epilog=examples(
        "aiware jobs retry 24112609_Mdsq3lksrB",
        "aiware jobs retry 24112609_Mdsq3lksrB && aiware jobs watch 24112609_Mdsq3lksrB",
    )
)
@click.argument("job_ids", metavar="JOB...", nargs=-1, required=True)
@json_option()
@stack_option
@click.pass_obj
def retry(session: Session, job_ids: tuple[str, ...], as_json: bool) -> None:
    """Start the tasks of failed jobs again (mutation retryJob).

    A job keeps its id, and the stack that declares it takes it as it is. One whose signed link to its media has expired
    is refused: `pulumi up` submits it again with a new link.
    """
    from aiware_resources.jobs import actions

    api = session.api()
    before = api.jobs(job_ids)

    def again(job_id: str) -> dict[str, Any]:
        actions.check_links(api, before.get(job_id))
        return {"status": actions.retry(api, job_id, before.get(job_id)).status}

    to_each(job_ids, again, lambda job_id: f"Job {job_id} runs again.", as_json=as_json)
    session.note(f"`{session.command('jobs', 'watch', *dict.fromkeys(job_ids))}` follows.")


@jobs.command(epilog=examples("aiware jobs cancel 24112609_Mdsq3lksrB", "aiware jobs cancel --yes 24112609_Mdsq3lksrB"))
@click.argument("job_ids", metavar="JOB...", nargs=-1, required=True)
@yes_option("Cancel")
@json_option()
@stack_option
@click.pass_obj
def cancel(session: Session, job_ids: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Cancel unfinished jobs (mutation cancelJob).

    Asks first. The next `pulumi up` of the stack that declares a job submits it again: to be rid of it, take it out of
    the program as well.
    """
    from aiware_resources.jobs import actions

    api = session.api()
    seen = api.jobs(job_ids)
    statuses: dict[str, str] = {}
    unfinished = [f"{job.id} ({job.status})" for job in seen.values() if not actions.is_over(job)]
    if unfinished:
        confirm(f"Cancel {', '.join(unfinished)}?", yes=yes)

    def stop(job_id: str) -> dict[str, Any]:
        job = seen.get(job_id)
        if job is None:
            raise not_seen("job", [job_id])
        if actions.is_over(job):
            raise InvalidInput(f"Job {job_id} is {job.status} already: there is nothing to cancel.", object_id=job_id)
        ended = actions.cancel(api, job_id)
        statuses[job_id] = "cancelled" if ended is None else str(ended.status)
        return {"status": statuses[job_id]}

    to_each(job_ids, stop, lambda job_id: f"Job {job_id} is {statuses[job_id]}.", as_json=as_json)
