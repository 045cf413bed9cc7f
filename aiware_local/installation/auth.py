"""Who may call: the API key, tokens of logins and of OAuth, signed URIs, and the key of the control calls."""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import uuid
from pathlib import Path
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel
from starlette.datastructures import Headers

from aiware_local.installation.errors import ApiError, ErrorName
from aiware_local.installation.scalars import Clock
from aiware_local.launcher import CONTROL_FILE, CONTROL_HEADER
from aiware_local.storage.files import private_file
from aiware_local.storage.store import Record, Store

USER_NAME = "admin@local.aiware"
LIFETIME_SECONDS = 15 * 60
"""How long a signed URI works unless the behaviour says otherwise."""
SESSION_SECONDS = 24 * 60 * 60
"""A session token lasts a day, and so does an OAuth access token (source: apis/tutorials/tokens.md)."""

REFUSED = "The token is not valid or has expired: log in again, or use an API key."
MISSING = "The request carries no token: send the header 'Authorization: Bearer <token>'."
RESOURCES = ["asset", "cluster", "engine", "export", "job", "task", "tdo"]
"""What an OAuth token of scope `all` opens."""


class Credentials(BaseModel):
    """The credentials for the local aiWARE, as in `credentials.json` in the data folder."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    api_key: str
    user_name: str
    password: str
    oauth_client_id: str
    oauth_client_secret: str
    oauth_refresh_token: str


def load_credentials(data: Path) -> Credentials:
    """The credentials in the data folder; random ones are made at the first start, readable by the owner only."""
    return Credentials.model_validate_json(private_file(data / "credentials.json", _random_credentials))


def _random_credentials() -> bytes:
    credentials = Credentials(
        api_key=f"local:{secrets.token_hex(32)}",
        user_name=USER_NAME,
        password=secrets.token_urlsafe(18),
        oauth_client_id=str(uuid.uuid4()),
        oauth_client_secret=secrets.token_urlsafe(32),
        oauth_refresh_token=secrets.token_urlsafe(48),
    )
    return credentials.model_dump_json(by_alias=True, indent=2).encode()


class Tokens:
    """Issues and checks tokens. Only their hashes are stored.

    Args:
        store: where sessions are stored, so that a login outlives a restart.
        clock: the time, by which they expire.
        credentials: the API key, the user and the OAuth client.
    """

    def __init__(self, store: Store, clock: Clock, credentials: Credentials) -> None:
        self._store = store
        self._clock = clock
        self.credentials = credentials

    def check(self, authorization: str | None) -> str:
        """The hash of the token in an Authorization header.

        Raises:
            ApiError: authentication_error if there is none or it is not valid.
        """
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise ApiError(ErrorName.AUTHENTICATION_ERROR, MISSING)
        if hmac.compare_digest(token.encode(), self.credentials.api_key.encode()):
            return hash_of(token)
        session = self._store.get("session", hash_of(token))
        if session is None or session["expires"] <= self._clock.now():
            raise ApiError(ErrorName.AUTHENTICATION_ERROR, REFUSED)
        return str(session["id"])

    def login(self, user_name: str, password: str) -> str:
        """A new session token, a UUID, for the user.

        Raises:
            ApiError: not_found for an unknown user, authentication_error for a wrong password.
        """
        if user_name != self.credentials.user_name:
            raise ApiError(ErrorName.NOT_FOUND, "There is no user of this name.", objectType="User")
        if not hmac.compare_digest(password.encode(), self.credentials.password.encode()):
            raise ApiError(ErrorName.AUTHENTICATION_ERROR, "The password is wrong.")
        token = str(uuid.uuid4())
        self._remember(token)
        return token

    def logout(self, token: str) -> bool:
        """Ends the session; False if there is no such session."""
        known = self._store.get("session", hash_of(token)) is not None
        self._store.delete("session", hash_of(token))
        return known

    def expire_all(self) -> None:
        """Every session token and OAuth access token stops working; the API key and refresh tokens stay."""
        self._store.clear("session")

    def access_token(self, user_id: str, organization_id: str) -> str:
        """A new OAuth access token: a JSON Web Token of about one kilobyte."""
        now = self._clock.now()
        claims = {
            "iss": "aiware-local",
            "sub": user_id,
            "contentOrganizationId": organization_id,
            "userName": self.credentials.user_name,
            "iat": int(now),
            "exp": int(now + SESSION_SECONDS),
            "jti": str(uuid.uuid4()),
            "scope": [{"actions": ["read", "write", "delete"], "resource": resource} for resource in RESOURCES],
        }
        import jwt  # with it comes cryptography, which takes a tenth of a second to import

        token = jwt.encode(claims, self.credentials.oauth_client_secret, algorithm="HS256")
        self._remember(token)
        return token

    def _remember(self, token: str) -> None:
        now = self._clock.now()
        session: Record = {"id": hash_of(token), "expires": now + SESSION_SECONDS, "createdDateTime": now}
        with self._store.transaction():
            for old in list(self._store.scan("session")):
                if old["expires"] <= now:
                    self._store.delete("session", old["id"])
            self._store.put("session", session)


class ControlKey:
    """The key of the control calls, in a file of the data folder that its owner alone can read.

    The file holds the whole header, so that `curl -H @file` sends it without showing it to others.

    Args:
        data: the data folder.
    """

    def __init__(self, data: Path) -> None:
        content = private_file(data / CONTROL_FILE, lambda: f"{CONTROL_HEADER}: {secrets.token_urlsafe(32)}\n".encode())
        self._key = content.decode().partition(":")[2].strip()

    def opens(self, headers: Headers) -> bool:
        """Whether a request carries it."""
        given = headers.get(CONTROL_HEADER, "")
        return hmac.compare_digest(given.encode(), self._key.encode())


class Signer:
    """Makes signed URIs: a path, the second until which it works, and a signature over both.

    Args:
        data: the data folder, where the key is in a file.
    """

    def __init__(self, data: Path) -> None:
        self._key = private_file(data / "signing.key", lambda: secrets.token_bytes(32))

    def sign(self, path: str, now: float, lifetime: float) -> str:
        """The path with `expires` and `signature`.

        Args:
            path: the path that the signed one opens.
            now: seconds since the epoch.
            lifetime: seconds.
        """
        expires = math.ceil(now + lifetime)
        return f"{path}?{urlencode({'expires': expires, 'signature': self._signature(path, expires)})}"

    def allows(self, path: str, expires: str | None, signature: str | None, now: float) -> bool:
        """Whether these are a valid signature of the path, not expired."""
        if expires is None or signature is None or not expires.isdecimal() or int(expires) <= now:
            return False
        return hmac.compare_digest(signature, self._signature(path, int(expires)))

    def _signature(self, path: str, expires: int) -> str:
        return hmac.new(self._key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
