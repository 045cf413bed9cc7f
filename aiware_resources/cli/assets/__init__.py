"""``aiware assets``: the files that a TDO holds."""

from __future__ import annotations

import click

from aiware_resources.cli.assets.list import list_
from aiware_resources.cli.assets.upload import upload


@click.group()
def assets() -> None:
    """Shows and uploads the files that a TDO holds."""


for command in (list_, upload):
    assets.add_command(command)
