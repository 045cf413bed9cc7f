"""``aiware whoami``: who a token belongs to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from aiware_resources.cli.framework.options import examples, json_option, stack_option
from aiware_resources.cli.framework.printing import print_facts, print_json, shown
from aiware_resources.cli.framework.session import Session
from aiware_resources.errors import NotFound

if TYPE_CHECKING:
    from aiware_resources.api import Api, UserRecord


@click.command(epilog=examples("aiware whoami", "aiware -s prod whoami --json"))
@json_option()
@stack_option
@click.pass_obj
def whoami(session: Session, as_json: bool) -> None:
    """Show whose token it is, and where aiWARE is.

    Sends the query me, which tells the user and the organization. An API key belongs to an organization and to no user;
    that is told as well, with exit code 0: the token works.
    """
    api = session.api()
    user = _user(api)
    expires = _expiry(api)
    # Their names; a value may be a secret.
    headers = [name for name, _ in session.settings().headers]
    if as_json:
        moment = expires.isoformat() if expires else None
        found = {"user": user.properties() if user else None, "endpoint": api.url, "tokenExpires": moment}
        print_json({**found, "headers": headers})
        return
    facts = {**_facts(user), "endpoint": api.url, "token expires (UTC)": shown(expires)}
    print_facts({**facts, "headers of your own": ", ".join(headers)})


def _user(api: Api) -> UserRecord | None:
    try:
        return api.me()
    except NotFound:
        return None


def _expiry(api: Api) -> datetime | None:
    """Tells when the token expires; None where it does not say."""
    from aiware_resources.api.tokens import expiry_of

    token = api.token_for(api.url)
    expiry = expiry_of(token) if token else None
    return None if expiry is None else datetime.fromtimestamp(expiry, UTC)


def _facts(user: UserRecord | None) -> dict[str, str | None]:
    if user is None:
        return {"user": "none: the token is an API key of an organization"}
    organization = user.organization
    name = f" ({organization.name})" if organization and organization.name else ""
    return {
        "user": user.name,
        "id": user.id,
        "e-mail": user.email,
        "organization": f"{user.organization_id}{name}" if user.organization_id else None,
    }
