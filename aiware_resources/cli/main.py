"""The ``aiware`` command itself."""

from __future__ import annotations

import os

import click

from aiware_resources.cli import (
    adopt,
    assets,
    clusters,
    completion,
    dag,
    doctor,
    drift,
    engines,
    exports,
    jobs,
    local,
    login,
    preview,
    results,
    stacks,
    tdos,
    validate,
    whoami,
)
from aiware_resources.cli.framework.group import Root
from aiware_resources.cli.framework.log import logged
from aiware_resources.cli.framework.options import complete_stack
from aiware_resources.cli.framework.texts import exit_codes
from aiware_resources.cli.session import Session

MOST_VERBOSE = 2


@click.group(
    cls=Root, epilog=exit_codes(), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "-s",
    "--stack",
    shell_complete=complete_stack,
    help="Takes the settings of this stack; without it those of AIWARE_* variables, or the local aiWARE.",
)
@click.option("-v", "--verbose", count=True, help="Tells more on standard error: -v what is done, -vv every request.")
@click.option("-q", "--quiet", is_flag=True, help="Leaves out remarks and warnings.")
@click.version_option(package_name="aiware-pipelines", help="Shows the version.")
@click.pass_context
def main(ctx: click.Context, stack: str | None, verbose: int, quiet: bool) -> None:
    """Looks into aiWARE from the shell, and acts on it.

    What a command finds goes to standard output, as a table or with --json as JSON; remarks and errors go to standard
    error. The variable NO_COLOR leaves out colours.
    """
    if verbose and quiet:
        raise click.UsageError("-v and -q exclude each other.")
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    ctx.with_resource(logged(-1 if quiet else min(verbose, MOST_VERBOSE)))
    ctx.obj = Session(stack, quiet)


main.add_command(jobs.jobs)
main.add_command(results.results)
main.add_command(tdos.tdos)
main.add_command(assets.assets)
main.add_command(exports.exports)
main.add_command(engines.engines)
main.add_command(clusters.clusters)
main.add_command(dag.dag)
main.add_command(preview.preview)
main.add_command(drift.drift)
main.add_command(adopt.adopt)
main.add_command(stacks.stacks)
main.add_command(doctor.doctor)
main.add_command(validate.validate)
main.add_command(login.login)
main.add_command(whoami.whoami)
main.add_command(local.local)
main.add_command(completion.completion)
