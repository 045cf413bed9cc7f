"""``aiware clusters``: where jobs can run."""

from __future__ import annotations

import click

from aiware_resources.cli.clusters.list import list_
from aiware_resources.cli.clusters.show import show


@click.group()
def clusters() -> None:
    """Shows clusters."""


for command in (list_, show):
    clusters.add_command(command)
