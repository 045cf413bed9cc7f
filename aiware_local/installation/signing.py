"""Signed URIs: a path, the second until which it works, and a signature over both."""

from __future__ import annotations

import hashlib
import hmac
import math
from urllib.parse import urlencode

LIFETIME_SECONDS = 15 * 60
"""How long a signed URI works unless the behaviour says otherwise."""


class Signer:
    """Signs paths with a key that stays in the data folder.

    Args:
        key: the secret key.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, path: str, now: float, lifetime: float) -> str:
        """The path with `expires` and `signature`.

        Args:
            path: the path to open for whoever has the result.
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
