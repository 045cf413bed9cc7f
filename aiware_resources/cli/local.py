"""``aiware local``: the local aiWARE."""

from __future__ import annotations

import json
import time
from typing import NoReturn

import click
import httpx

from aiware_local import launcher


@click.group()
def local() -> None:
    """Starts, stops and inspects the local aiWARE.

    AIWARE_LOCAL_DATA and AIWARE_LOCAL_PORT say where it keeps its data and listens.
    """


@local.command()
def start() -> None:
    """Starts it, if it does not run yet."""
    try:
        server = launcher.ensure_running()
    except launcher.LauncherError as error:
        _fail(str(error))
    click.echo(f"The local aiWARE runs at {server.graphql_url} (process {server.pid}, data in {server.data}).")


@local.command()
def stop() -> None:
    """Stops it; its data stays, and jobs go on when it is started again."""
    try:
        stopped = launcher.stop()
    except launcher.LauncherError as error:
        _fail(str(error))
    click.echo("The local aiWARE has stopped." if stopped else "The local aiWARE was not running.")


@local.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def status(as_json: bool) -> None:
    """Says whether it runs, and where. Exit code 1 when it does not."""
    server = launcher.status()
    if as_json:
        facts = {"url": server.url, "pid": server.pid, "data": str(server.data)} if server else {}
        click.echo(json.dumps({"running": server is not None, **facts}))
    elif server:
        click.echo(f"The local aiWARE runs at {server.graphql_url} (process {server.pid}, data in {server.data}).")
    else:
        click.echo("The local aiWARE is not running. `aiware local start` starts it, as does the next `pulumi up`.")
    if server is None:
        raise click.exceptions.Exit(1)


@local.command()
def reset() -> None:
    """Empties its organisation; the engine catalogue stays."""
    # It is on this machine: no proxy that the environment names can reach it.
    httpx.post(f"{_running().url}/_local/reset", trust_env=False).raise_for_status()
    click.echo("The local aiWARE is empty.")


@local.command()
@click.option("-f", "--follow", is_flag=True, help="Go on printing until Ctrl-C.")
def logs(follow: bool) -> None:
    """Prints what it wrote."""
    path = launcher.logs_path()
    if not path.exists():
        _fail(f"There is no log yet at {path}: the local aiWARE has not been started.")
    with path.open(encoding="utf-8") as log:
        click.echo(log.read(), nl=False)
        while follow:
            time.sleep(0.2)
            click.echo(log.read(), nl=False)


def _running() -> launcher.LocalServer:
    server = launcher.status()
    if server is None:
        _fail("The local aiWARE is not running. `aiware local start` starts it.")
    return server


def _fail(message: str) -> NoReturn:
    raise click.ClickException(message)
