"""``aiware engines``: which engines there are, and what their payloads may hold."""

from __future__ import annotations

import click

from aiware_resources.cli.engines.categories import categories
from aiware_resources.cli.engines.list import list_
from aiware_resources.cli.engines.show import show


@click.group()
def engines() -> None:
    """Shows the engines that jobs can use."""


for command in (list_, show, categories):
    engines.add_command(command)
