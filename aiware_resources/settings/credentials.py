"""The credentials of a session, and checks of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from aiware_resources.settings.keys import NAMESPACE, key_of, variable_of
from aiware_resources.text import commands

_TOKEN_REMEDY = (
    ", which asks for it, or in the environment as AIWARE_TOKEN. "
    f"{NAMESPACE}:username with {NAMESPACE}:password does as well"
)
_OAUTH_REMEDY = (
    f", and so does {NAMESPACE}:oauthRefreshToken with {NAMESPACE}:oauthClientId and {NAMESPACE}:oauthClientSecret"
)

# Credentials that belong together; the environment completes a kind, it never adds one to what the stack sets.
CREDENTIALS: tuple[tuple[str, ...], ...] = (
    ("token",),
    ("username", "password"),
    ("oauth_client_id", "oauth_client_secret", "oauth_refresh_token"),
)


def checked_token(token: SecretStr) -> SecretStr:
    """Strips a token, and refuses one that no HTTP header can carry; the error there would quote it.

    Raises:
        ValueError: If it holds anything but printable ASCII characters, or spaces; without quoting it.
    """
    text = token.get_secret_value().strip()
    if not all("!" <= character <= "~" for character in text):
        raise ValueError("should be one word of printable ASCII characters, without spaces and line breaks")
    return SecretStr(text)


Token = Annotated[SecretStr, AfterValidator(checked_token)]


@dataclass(frozen=True)
class Credentials:
    """The credentials of a session: a token, a name and password, or the three values of the OAuth refresh grant."""

    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    oauth_client_id: str | None = None
    oauth_client_secret: SecretStr | None = None
    oauth_refresh_token: SecretStr | None = None

    @property
    def has_password(self) -> bool:
        """Says whether a username and a password are known."""
        return self.username is not None and self.password is not None

    @property
    def has_oauth(self) -> bool:
        """Says whether all that the OAuth refresh grant needs is known."""
        return None not in (self.oauth_client_id, self.oauth_client_secret, self.oauth_refresh_token)

    @property
    def begun_oauth(self) -> bool:
        """Says whether anything that the OAuth refresh grant needs is known."""
        return any((self.oauth_client_id, self.oauth_client_secret, self.oauth_refresh_token))

    @property
    def begun(self) -> list[str]:
        """The names of those that are known, with which the others belong together or not."""
        return [name for kind in CREDENTIALS for name in kind if getattr(self, name) is not None]

    @property
    def usable(self) -> bool:
        """Says whether a session can be opened at all."""
        return self.token is not None or self.has_password or self.has_oauth


def credentials_problems(credentials: Credentials, *, has_oauth: bool) -> list[str]:
    """Says what is missing to get in; nothing where a session can be opened.

    Args:
        credentials: What there is.
        has_oauth: Whether the API that they are for knows OAuth.
    """
    if credentials.usable:
        return []
    for kind in CREDENTIALS:
        missing = [name for name in kind if getattr(credentials, name) is None]
        if len(missing) < len(kind):
            wanted = " and ".join(f"{key_of(name)} (or {variable_of(name)} in the environment)" for name in missing)
            return [f"The credentials are incomplete: set {wanted} as well."]
    set_it = commands.config_set(key_of("token"))
    return [f"No aiWARE token is set. Set one with: {set_it}{_TOKEN_REMEDY}{_OAUTH_REMEDY if has_oauth else ''}."]
