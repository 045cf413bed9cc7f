"""Credentials in a stack's configuration: trying them, and putting them in the place of those it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiware_resources.api import Api, UserRecord, connect
from aiware_resources.cli import pulumi_command
from aiware_resources.errors import NotFound
from aiware_resources.settings import NAMESPACE, Settings
from aiware_resources.text.secret_words import names_secret

Config = Mapping[str, str]

TOKEN = f"{NAMESPACE}:token"
USERNAME = f"{NAMESPACE}:username"
PASSWORD = f"{NAMESPACE}:password"
CLIENT_ID = f"{NAMESPACE}:oauthClientId"
CLIENT_SECRET = f"{NAMESPACE}:oauthClientSecret"
REFRESH_TOKEN = f"{NAMESPACE}:oauthRefreshToken"
ORGANIZATION = f"{NAMESPACE}:organizationId"

_ALL = (TOKEN, USERNAME, PASSWORD, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN)


@dataclass(frozen=True)
class Stored:
    """The changes of a stack's configuration.

    Attributes:
        written: The keys that were set.
        removed: The keys that were taken out.
    """

    written: list[str]
    removed: list[str]


def without_credentials(config: Config) -> dict[str, str]:
    """A stack's configuration without the credentials in it."""
    return {key: value for key, value in config.items() if key not in _ALL}


def log_in(config: Config, credentials: Config) -> tuple[Api, UserRecord | None]:
    """Logs in with credentials, and asks who that is.

    Args:
        config: The stack's configuration.
        credentials: The credentials, under their keys; they take the place of those in the stack.

    Returns:
        The API, and the user; None where the token belongs to none.

    Raises:
        ConfigurationError: The settings cannot be used.
        ApiError: aiWARE refused the credentials, or could not be asked.
    """
    api = connect(Settings.from_mapping({**without_credentials(config), **credentials}))
    try:
        return api, api.me()
    except NotFound:
        return api, None


def store(stack: str, config: Config, credentials: Config, user: UserRecord | None) -> Stored:
    """Puts credentials into a stack's configuration, in the place of all those it has.

    Two kinds of credentials beside each other could be those of two users.

    Args:
        stack: The stack.
        config: Its configuration.
        credentials: The credentials, under their keys.
        user: Whose they are.

    Raises:
        ConfigurationError: The configuration cannot be written.
    """
    wanted = {**credentials, **_organization(config, credentials, user)}
    for key, value in wanted.items():
        pulumi_command.set_config(stack, key, value, secret=names_secret(key))
    surplus = [key for key in _ALL if key in config and key not in wanted]
    for key in surplus:
        pulumi_command.remove_config(stack, key)
    return Stored(list(wanted), surplus)


def _organization(config: Config, credentials: Config, user: UserRecord | None) -> dict[str, str]:
    """The organization for a token of Edge, where the login told it: some installations want it in each job."""
    if user is None or user.organization_id is None or ORGANIZATION in config:
        return {}
    settings = Settings.from_mapping({**without_credentials(config), **credentials})
    return {ORGANIZATION: user.organization_id} if settings.api == "edge" and settings.token else {}
