"""``aiware tdos``: temporal data objects."""

from __future__ import annotations

import click

from aiware_resources.cli.tdos.cleanup import cleanup
from aiware_resources.cli.tdos.delete import delete
from aiware_resources.cli.tdos.list import list_
from aiware_resources.cli.tdos.show import show


@click.group()
def tdos() -> None:
    """Shows temporal data objects (TDOs), deletes them and cleans them up."""


for command in (list_, show, delete, cleanup):
    tdos.add_command(command)
