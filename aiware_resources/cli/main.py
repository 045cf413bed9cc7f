"""The ``aiware`` command itself."""

from __future__ import annotations

import os

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from aiware_resources.cli.framework.options import complete_stack, examples, verbatim
from aiware_resources.cli.framework.root import EXIT_CODES, Root
from aiware_resources.cli.framework.session import Session, logged
from aiware_resources.text import commands

COMMANDS = {
    "adopt": "Write Python that takes over objects as they are.",
    "assets": "Show and upload the files that a TDO holds.",
    "clusters": "Show clusters.",
    "console": "Show jobs, recordings and stacks in the browser.",
    "convert": "Convert jobs in files into a program.",
    "dag": "Draw the tasks and routes of jobs.",
    "doctor": "Look for what keeps the project from working.",
    "drift": "Compare what a stack records with what aiWARE has now.",
    "engines": "Show the engines that jobs can use.",
    "exports": "Show export requests, and fetch their files.",
    "fleets": "Show the entries of fleets, and retry those that failed.",
    "jobs": "Show jobs, watch them, retry and cancel them.",
    "local": "Start, stop and inspect the local aiWARE.",
    "login": "Log in, and store the credentials in the stack, encrypted.",
    "new": "Make a Pulumi project of your own.",
    "preview": "Report what an update would do.",
    "report": "Report what ran in the last update.",
    "results": "Show the results of a job, or write them to files.",
    "shards": "Print the CI jobs of an archive in several stacks.",
    "stacks": "Check the stacks of a project.",
    "tdos": "Show temporal data objects (TDOs), delete and clean them up.",
    "validate": "Validate the jobs in files, offline.",
    "whoami": "Show whose token it is, and where aiWARE is.",
}
"""The commands, each in the module of its name, and what the help says of it."""

MOST_VERBOSE = 2
SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.group(
    cls=Root,
    package="aiware_resources.cli",
    lazy=COMMANDS,
    epilog=verbatim("Exit codes:", *(f"{code:<4} {meaning}" for code, meaning in EXIT_CODES.items())),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "-s",
    "--stack",
    shell_complete=complete_stack,
    help="Take the settings of this stack; without it those of AIWARE_* variables, or the local aiWARE.",
)
@click.option(
    "--provider",
    metavar="NAME",
    help="Take the settings of this explicit provider of the stack: another organization or installation.",
)
@click.option("-v", "--verbose", count=True, help="Tell more on standard error: -v what is done, -vv every request.")
@click.option("-q", "--quiet", is_flag=True, help="Leave out remarks and warnings.")
@click.version_option(package_name="aiware-pipelines", help="Show the version.")
@click.pass_context
def main(ctx: click.Context, stack: str | None, provider: str | None, verbose: int, quiet: bool) -> None:
    """Look into aiWARE from the shell, and act on it.

    What a command finds goes to standard output, as a table or with --json as JSON; remarks and errors go to standard
    error. The variable NO_COLOR leaves out colors.
    """
    if verbose and quiet:
        raise click.UsageError("-v and -q exclude each other.")
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    ctx.with_resource(logged(-1 if quiet else min(verbose, MOST_VERBOSE)))
    ctx.with_resource(commands.about(stack))
    ctx.obj = Session(stack, quiet, provider)


@main.command(
    epilog=examples(
        'eval "$(aiware completion bash)"     # in ~/.bashrc',
        'eval "$(aiware completion zsh)"      # in ~/.zshrc',
        "aiware completion fish > ~/.config/fish/completions/aiware.fish",
    )
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print code that makes a shell complete the commands."""
    click.echo(SHELLS[shell](ctx.find_root().command, {}, "aiware", "_AIWARE_COMPLETE").source())
