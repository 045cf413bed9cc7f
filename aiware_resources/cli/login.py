"""``aiware login``: getting credentials, and storing them in a stack's configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import examples, json_option, stack_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import AuthenticationFailed

if TYPE_CHECKING:
    from aiware_resources.api import Api, UserRecord
    from aiware_resources.cli.credentials import Stored

REDIRECT_URI = "http://127.0.0.1:8765/callback"
"""The address that the browser comes back to by default."""


@click.command(
    epilog=examples(
        "aiware -s dev login",
        "aiware -s dev login --username ada@example.com --password-stdin < password.txt",
        "aiware -s prod login --oauth --client-id 6c1e2f0a-7d1b-4a52-9c0e-5d0d8f1d2b3c",
    )
)
@click.option("-u", "--username", help="Log in as this user; AIWARE_USERNAME, or asked for, when left out.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, not AIWARE_PASSWORD.")
@click.option(
    "--store-password", is_flag=True, help="Store name and password, not the token, so that each run logs in again."
)
@click.option("--oauth", "by_oauth", is_flag=True, help="Log in through the browser, and store a refresh token.")
@click.option("--client-id", metavar="ID", help="Name the OAuth application; aiware:oauthClientId when left out.")
@click.option(
    "--redirect-uri",
    default=REDIRECT_URI,
    show_default=True,
    metavar="URI",
    help="Give the address on this machine that is registered for the application; port 0 takes any.",
)
@click.option("--no-browser", is_flag=True, help="Show the address of the page only, and do not open it.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long for the browser.",
)
@json_option("Print who logged in and what was stored as JSON, without secrets, and errors as JSON.")
@stack_option
@click.pass_obj
def login(
    session: Session,
    username: str | None,
    password_stdin: bool,
    store_password: bool,
    by_oauth: bool,
    client_id: str | None,
    redirect_uri: str,
    no_browser: bool,
    timeout: float,
    as_json: bool,
) -> None:
    """Log in, and store the credentials in the stack, encrypted.

    Logs in as a user (userLogin, or the login of Edge) and stores the session's token, which is good for about a day;
    with --oauth goes through aiWARE's authorization page instead, and stores a refresh token, which gets each run a
    token. They replace all credentials that the stack has. No secret is ever printed.
    """
    from aiware_resources.cli.credentials import TOKEN, log_in, store

    if session.provider is not None:
        raise click.UsageError(
            "The program gives a provider its credentials: set what it takes them from, such as a secret of the stack."
        )
    if session.stack is None:
        raise click.UsageError("Name the stack that gets the credentials: aiware -s STACK login.")
    if by_oauth and (username or password_stdin or store_password):
        raise click.UsageError("--oauth goes with neither a user name nor a password.")
    config = session.config()
    if by_oauth:
        credentials = _authorized(
            config, client_id, redirect_uri=redirect_uri, open_browser=not no_browser, seconds=timeout
        )
    else:
        credentials = _asked(config, username, password_stdin)
    api, user = log_in(config, credentials)
    kept = credentials if by_oauth or store_password else {TOKEN: _token(api)}
    _say(session, user, store(session.stack, config, kept, user), as_json)


def _token(api: Api) -> str:
    token = api.token_for(api.url)
    if token is None:
        raise AuthenticationFailed("aiWARE accepted the login but gave no token.", operation="login")
    return token.get_secret_value()


def _say(session: Session, user: UserRecord | None, stored: Stored, as_json: bool) -> None:
    if as_json:
        who = user.properties() if user else None
        print_json({"user": who, "stack": session.stack, "stored": stored.written, "removed": stored.removed})
        return
    click.echo(f"Logged in as {user.name if user else 'an organization'}.")
    click.echo(f"Stored in the stack {session.stack}: {', '.join(stored.written)}.")
    if stored.removed:
        click.echo(f"Taken out of it: {', '.join(stored.removed)}.")


def _asked(config: Mapping[str, str], username: str | None, from_stdin: bool) -> dict[str, str]:
    """The user name and the password: as given, from the environment, or as the user types them.

    Args:
        config: The stack's configuration, which may hold the user name.
        username: The user name, where it was given.
        from_stdin: Whether standard input is the password.

    Raises:
        click.UsageError: Something is missing, and nobody can be asked.
    """
    from aiware_resources.cli.credentials import PASSWORD, USERNAME

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


def _authorized(
    config: Mapping[str, str], client_id: str | None, *, redirect_uri: str, open_browser: bool, seconds: float
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
        ApiError: aiWARE, or the user, refused.
    """
    from pydantic import SecretStr

    from aiware_resources.api.cloud.login import AuthorizationCodeFlow
    from aiware_resources.cli.credentials import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, without_credentials
    from aiware_resources.cli.loopback import Loopback, Query
    from aiware_resources.settings import Settings

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
    import webbrowser

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
