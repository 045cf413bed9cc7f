"""``aiware local logs``."""

from __future__ import annotations

import time

import click

from aiware_local import launcher
from aiware_resources.cli.framework.texts import examples
from aiware_resources.errors import AiwareError

_PAUSE = 0.2
"""Seconds between two looks at the file."""


@click.command(epilog=examples("aiware local logs", "aiware local logs -f"))
@click.option("-f", "--follow", is_flag=True, help="Goes on printing until Ctrl-C.")
def logs(follow: bool) -> None:
    """Prints what it wrote."""
    path = launcher.logs_path()
    if not path.exists():
        raise AiwareError(f"There is no log yet at {path}: the local aiWARE has not been started.")
    with path.open(encoding="utf-8") as log:
        click.echo(log.read(), nl=False)
        while follow:
            time.sleep(_PAUSE)
            click.echo(log.read(), nl=False)
