"""``aiware console``: jobs, recordings and stacks in the browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import complete_stack, examples
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import ConfigurationError

if TYPE_CHECKING:
    from aiware_resources.console.places import Place

ENVIRONMENT = "environment"
"""What the aiWARE of the environment is called."""
_INSTALL = "pip install 'aiware-pipelines[console]'"


@click.command(
    epilog=examples(
        "aiware console                        # the environment's aiWARE, and all stacks of the project",
        "aiware console -s prod --open",
        "aiware console --port 8800",
    )
)
@click.option(
    "-s",
    "--stack",
    shell_complete=complete_stack,
    help="Show this stack; without it all of the project, and the aiWARE of the environment.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="NUMBER",
    help="Listen on this port; else on a free one.",
)
@click.option("--open", "with_browser", is_flag=True, help="Open it in the browser.")
@click.pass_obj
def console(session: Session, stack: str | None, port: int, with_browser: bool) -> None:
    """Show jobs, recordings and stacks in the browser.

    Serves pages on this machine until Ctrl-C, and prints their address, which holds a key: whoever has it sees what the
    token sees. The pages only read; a job is retried or canceled after a question. Secrets never appear.
    """
    try:
        from aiware_resources.console import server
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("aiware_resources"):
            raise
        raise ConfigurationError(
            f"The console needs the package {error.name}.", remedy=f"Install it: {_INSTALL}"
        ) from error
    places = list(_places(replace(session, stack=stack or session.stack)))
    key = server.new_key()
    try:
        listening = server.listen(port)
    except OSError as error:
        raise ConfigurationError(
            f"The port {port} cannot be used: {error.strerror}.", remedy="Choose another: --port"
        ) from error
    address = server.link(listening, key)
    click.echo(address)
    session.note("This is the address of the console. Ctrl-C ends it.")
    if with_browser:
        click.launch(address)
    server.serve(listening, server.application(places, key))


def _places(session: Session) -> Iterator[Place]:
    from aiware_resources.console.places import Place
    from aiware_resources.settings.project import Project

    if session.stack:
        yield _stack(session)
        return
    yield Place(ENVIRONMENT, session.settings)
    try:
        stacks = Project.around(Path.cwd()).stacks()
    except ConfigurationError:
        # There is no project here.
        return
    for each in stacks:
        yield _stack(replace(session, stack=each.name))


def _stack(session: Session) -> Place:
    from aiware_resources.cli.drift import compared
    from aiware_resources.cli.preview import previewed
    from aiware_resources.console.places import Drift, Place, StackReads

    def drift() -> Drift:
        resources, _, found, kept = compared(session)
        return Drift(len(resources), found, kept)

    return Place(session.stack or "", session.settings, StackReads(drift, lambda: previewed(session.stack)))
