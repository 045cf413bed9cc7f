"""``aiware jobs retry``."""

from __future__ import annotations

from typing import Any

import click

from aiware_resources.api import JobRecord
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.several import to_each
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session
from aiware_resources.reconcile import send_once
from aiware_resources.waiting.conditions import JOB_FAILED


@click.command(
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
    """Starts the tasks of failed jobs again (mutation retryJob).

    A job keeps its id, and the stack that declares it takes it as it is.
    """
    api = session.api()

    def restarted(job_id: str) -> JobRecord | None:
        record = api.jobs([job_id]).get(job_id)
        return record if record is not None and record.status not in JOB_FAILED else None

    def again(job_id: str) -> dict[str, Any]:
        job = send_once(lambda: api.retry_job(job_id), lambda: restarted(job_id))
        return {"status": job.status}

    to_each(job_ids, again, lambda job_id: f"Job {job_id} runs again.", as_json=as_json)
    session.note(f"`{session.command('jobs', 'watch', *dict.fromkeys(job_ids))}` follows.")
