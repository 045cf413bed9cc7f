"""``aiware jobs logs``."""

from __future__ import annotations

import click

from aiware_resources.api import TaskRecord
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.jobs.show import reason
from aiware_resources.cli.session import Session
from aiware_resources.waiting.conditions import TASK_FAILED, engine_name


@click.command(epilog=examples("aiware jobs logs 24112609_Mdsq3lksrB", "aiware jobs logs 24112609_Mdsq3lksrB --failed"))
@click.argument("job_id", metavar="JOB")
@click.option("--failed", is_flag=True, help="Shows only the logs of tasks that failed.")
@json_option()
@stack_option
@click.pass_obj
def logs(session: Session, job_id: str, failed: bool, as_json: bool) -> None:
    """Shows the log of each task of a job (query job, field log)."""
    tasks = [task for task in session.api().job_details(job_id).tasks if not failed or task.status in TASK_FAILED]
    if as_json:
        print_json([_properties(task) for task in tasks])
        return
    for task in tasks:
        click.secho(f"{task.id} {engine_name(task)}: {task.status} {reason(task)}".rstrip(), bold=True)
        click.echo((_text(task) or "(no log)").rstrip())


def _properties(task: TaskRecord) -> dict[str, str | None]:
    return {
        "id": task.id,
        "engineId": task.engine_id,
        "status": task.status,
        "failureReason": task.failure_reason,
        "failureMessage": task.failure_message,
        "log": _text(task),
    }


def _text(task: TaskRecord) -> str | None:
    return task.log.text if task.log else None
