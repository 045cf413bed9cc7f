"""Logging in through the browser: the OAuth authorization-code flow."""

from __future__ import annotations

import os
import sys
import webbrowser

import click
from pydantic import SecretStr

from aiware_resources.api.oauth import AuthorizationCodeFlow
from aiware_resources.cli.login.credentials import (
    CLIENT_ID,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    Config,
    without_credentials,
)
from aiware_resources.cli.login.loopback import Loopback, Query
from aiware_resources.settings import Settings

REDIRECT_URI = "http://127.0.0.1:8765/callback"
"""Where the browser comes back to when nothing else is said."""


def authorized(
    config: Config, client_id: str | None, *, redirect_uri: str, open_browser: bool, seconds: float
) -> dict[str, str]:
    """Sends the user to the authorization page, and gets a refresh token for the answer.

    Args:
        config: The stack's configuration, which may hold the client id and secret.
        client_id: The client id, where it was given.
        redirect_uri: Where the browser comes back to.
        open_browser: Whether to open the page; otherwise its address is only shown.
        seconds: How long to wait for the user at most.

    Returns:
        The credentials, under their keys.

    Raises:
        click.UsageError: Something is missing, and nobody can be asked.
        ConfigurationError: The settings cannot be used, or are those of an API without OAuth.
        ApiError: aiWARE, or the user, said no.
    """
    known_id = client_id or config.get(CLIENT_ID) or os.environ.get("AIWARE_OAUTH_CLIENT_ID")
    if known_id is None:
        raise click.UsageError("Which application? Give --client-id, or set aiware:oauthClientId.")
    secret = config.get(CLIENT_SECRET) or os.environ.get("AIWARE_OAUTH_CLIENT_SECRET") or _typed_secret()
    settings = Settings.from_mapping(without_credentials(config), anonymous=True)

    def is_answer(query: Query) -> bool:
        return flow.is_answer(query)

    with Loopback(redirect_uri, is_answer) as loopback:
        flow = AuthorizationCodeFlow(settings, known_id, SecretStr(secret), loopback.redirect_uri)
        _send_to(flow.url, open_browser)
        token = flow.refresh_token(loopback.answer(seconds))
    return {CLIENT_ID: known_id, CLIENT_SECRET: secret, REFRESH_TOKEN: token.get_secret_value()}


def _send_to(url: str, open_browser: bool) -> None:
    if open_browser and webbrowser.open(url):
        click.echo(f"The browser shows the authorization page. If it does not, open this address:\n{url}", err=True)
    else:
        click.echo(f"Open this address in a browser on this machine:\n{url}", err=True)


def _typed_secret() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(
            "The application's client secret is missing, and nobody is there to type it. "
            "Set aiware:oauthClientSecret, or AIWARE_OAUTH_CLIENT_SECRET."
        )
    typed: str = click.prompt("Client secret of the application", hide_input=True, err=True)
    return typed
