"""``aiware jobs``: what became of jobs, and what to do about it."""

from __future__ import annotations

import click

from aiware_resources.cli.jobs.cancel import cancel
from aiware_resources.cli.jobs.list import list_
from aiware_resources.cli.jobs.logs import logs
from aiware_resources.cli.jobs.retry import retry
from aiware_resources.cli.jobs.show import show
from aiware_resources.cli.jobs.watch import watch


@click.group()
def jobs() -> None:
    """Shows jobs, watches them, retries and cancels them."""


for command in (list_, show, watch, logs, retry, cancel):
    jobs.add_command(command)
