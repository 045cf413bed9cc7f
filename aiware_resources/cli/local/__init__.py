"""``aiware local``: the local aiWARE."""

from __future__ import annotations

import click

from aiware_resources.cli.local.logs import logs
from aiware_resources.cli.local.reset import reset
from aiware_resources.cli.local.start import start
from aiware_resources.cli.local.status import status
from aiware_resources.cli.local.stop import stop


@click.group()
def local() -> None:
    """Starts, stops and inspects the local aiWARE.

    AIWARE_LOCAL_DATA and AIWARE_LOCAL_PORT say where it keeps its data and listens.
    """


for command in (start, stop, status, reset, logs):
    local.add_command(command)
