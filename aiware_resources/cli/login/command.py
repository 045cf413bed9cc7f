"""``aiware login``."""

from __future__ import annotations

import click

from aiware_resources.api import Api, UserRecord
from aiware_resources.cli.framework.options import json_option, stack_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.texts import examples
from aiware_resources.cli.login import oauth, password
from aiware_resources.cli.login.credentials import TOKEN, Stored, log_in, store
from aiware_resources.cli.session import Session
from aiware_resources.errors import AuthenticationFailed


@click.command(
    epilog=examples(
        "aiware -s dev login",
        "aiware -s dev login --username ada@example.com --password-stdin < password.txt",
        "aiware -s prod login --oauth --client-id 6c1e2f0a-7d1b-4a52-9c0e-5d0d8f1d2b3c",
    )
)
@click.option("-u", "--username", help="Logs in as this user; AIWARE_USERNAME, or asked for, when left out.")
@click.option("--password-stdin", is_flag=True, help="Reads the password from standard input, not AIWARE_PASSWORD.")
@click.option(
    "--store-password", is_flag=True, help="Stores name and password, not the token, so that each run logs in anew."
)
@click.option("--oauth", "by_oauth", is_flag=True, help="Logs in through the browser, and stores a refresh token.")
@click.option("--client-id", metavar="ID", help="Names the OAuth application; aiware:oauthClientId when left out.")
@click.option(
    "--redirect-uri",
    default=oauth.REDIRECT_URI,
    show_default=True,
    metavar="URI",
    help="Gives the address on this machine that is registered for the application; port 0 takes any.",
)
@click.option("--no-browser", is_flag=True, help="Shows the address of the page only, and does not open it.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="Waits so long for the browser.",
)
@json_option("Prints who logged in and what was stored as JSON, without secrets, and errors as JSON.")
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
    """Logs in, and stores the credentials in the stack's configuration, encrypted.

    Logs in as a user (userLogin, or the login of Edge) and stores the session's token, which is good for about a day;
    with --oauth goes through aiWARE's authorization page instead, and stores a refresh token, which gets each run a
    token. They replace all credentials that the stack has. No secret is ever printed.
    """
    if session.stack is None:
        raise click.UsageError("Name the stack that gets the credentials: aiware -s STACK login.")
    if by_oauth and (username or password_stdin or store_password):
        raise click.UsageError("--oauth goes with neither a user name nor a password.")
    config = session.config()
    if by_oauth:
        credentials = oauth.authorized(
            config, client_id, redirect_uri=redirect_uri, open_browser=not no_browser, seconds=timeout
        )
    else:
        credentials = password.asked(config, username, password_stdin)
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
    click.echo(f"The stack {session.stack} has got {', '.join(stored.written)}.")
    if stored.removed:
        click.echo(f"Taken out of it: {', '.join(stored.removed)}.")
