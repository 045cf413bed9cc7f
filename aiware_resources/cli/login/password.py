"""Logging in with a user name and a password."""

from __future__ import annotations

import os
import sys

import click

from aiware_resources.cli.login.credentials import PASSWORD, USERNAME, Config


def asked(config: Config, username: str | None, from_stdin: bool) -> dict[str, str]:
    """The user name and the password: as given, from the environment, or as the user types them.

    Args:
        config: The stack's configuration, which may hold the user name.
        username: The user name, where it was given.
        from_stdin: Whether standard input is the password.

    Raises:
        click.UsageError: Something is missing, and nobody can be asked.
    """
    name = username or os.environ.get("AIWARE_USERNAME") or config.get(USERNAME)
    if name is None:
        name = _typed("User name", hidden=False, instead="--username or AIWARE_USERNAME")
    if from_stdin:
        password = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    else:
        password = os.environ.get("AIWARE_PASSWORD") or _typed(
            f"Password of {name}", hidden=True, instead="--password-stdin or AIWARE_PASSWORD"
        )
    if not password:
        raise click.UsageError("The password is empty.")
    return {USERNAME: name, PASSWORD: password}


def _typed(what: str, *, hidden: bool, instead: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"{what}: nobody is there to type it. Give it by {instead}.")
    typed: str = click.prompt(what, hide_input=hidden, err=True)
    return typed
