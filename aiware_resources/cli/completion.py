"""``aiware completion``: completing commands, options and stacks on the TAB key."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ZshComplete

from aiware_resources.cli.framework.texts import examples

SHELLS = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}


@click.command(
    epilog=examples(
        'eval "$(aiware completion bash)"                                       # in ~/.bashrc',
        'eval "$(aiware completion zsh)"                                        # in ~/.zshrc',
        "aiware completion fish > ~/.config/fish/completions/aiware.fish",
    )
)
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Prints the code that makes a shell complete the commands of aiware."""
    click.echo(SHELLS[shell](ctx.find_root().command, {}, "aiware", "_AIWARE_COMPLETE").source())
