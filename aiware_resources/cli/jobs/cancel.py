"""``aiware jobs cancel``."""

from __future__ import annotations

from typing import Any

import click

from aiware_resources.cli.framework.options import confirm, json_option, stack_option, yes_option
from aiware_resources.cli.framework.several import to_each
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.session import Session
from aiware_resources.errors import InvalidInput, NotFound
from aiware_resources.jobs import actions


@click.command(
    epilog=examples("aiware jobs cancel 24112609_Mdsq3lksrB", "aiware jobs cancel --yes 24112609_Mdsq3lksrB")
)
@click.argument("job_ids", metavar="JOB...", nargs=-1, required=True)
@yes_option("Cancels")
@json_option()
@stack_option
@click.pass_obj
def cancel(session: Session, job_ids: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Cancels unfinished jobs (mutation cancelJob).

    Asks first. The next `pulumi up` of the stack that declares a job submits it anew: to be rid of it, take it out of
    the program as well.
    """
    api = session.api()
    seen = api.jobs(job_ids)
    statuses: dict[str, str] = {}
    unfinished = [f"{job.id} ({job.status})" for job in seen.values() if not actions.is_over(job)]
    if unfinished:
        confirm(f"Cancel {', '.join(unfinished)}?", yes=yes)

    def stop(job_id: str) -> dict[str, Any]:
        job = seen.get(job_id)
        if job is None:
            raise NotFound(
                f"aiWARE has no job {job_id} that this token can see.", remedy="Check the id.", object_id=job_id
            )
        if actions.is_over(job):
            raise InvalidInput(f"Job {job_id} is {job.status} already: there is nothing to cancel.", object_id=job_id)
        ended = actions.cancel(api, job_id)
        statuses[job_id] = "cancelled" if ended is None else str(ended.status)
        return {"status": statuses[job_id]}

    to_each(job_ids, stop, lambda job_id: f"Job {job_id} is {statuses[job_id]}.", as_json=as_json)
