"""``aiware jobs retry``."""

from __future__ import annotations

from typing import Any

import click

from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.several import to_each
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session
from aiware_resources.jobs import actions


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
    before = api.jobs(job_ids)

    def again(job_id: str) -> dict[str, Any]:
        return {"status": actions.retry(api, job_id, before.get(job_id)).status}

    to_each(job_ids, again, lambda job_id: f"Job {job_id} runs again.", as_json=as_json)
    session.note(f"`{session.command('jobs', 'watch', *dict.fromkeys(job_ids))}` follows.")
