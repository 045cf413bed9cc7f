"""``aiware exports``: export requests, and what they made."""

from __future__ import annotations

import click

from aiware_resources.cli.exports.download import download
from aiware_resources.cli.exports.list import list_
from aiware_resources.cli.exports.show import show


@click.group()
def exports() -> None:
    """Shows export requests, and fetches what they made."""


for command in (list_, show, download):
    exports.add_command(command)
