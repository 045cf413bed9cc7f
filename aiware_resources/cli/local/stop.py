"""``aiware local stop``."""

from __future__ import annotations

import click

from aiware_local import launcher
from aiware_resources.cli.framework.options import json_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.local.words import explained


@click.command(epilog=examples("aiware local stop"))
@json_option()
def stop(as_json: bool) -> None:
    """Stops it; its data stays, and jobs go on when it is started again."""
    with explained():
        stopped = launcher.stop()
    if as_json:
        print_json({"stopped": stopped})
    else:
        click.echo("The local aiWARE has stopped." if stopped else "The local aiWARE was not running.")
