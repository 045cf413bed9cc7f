"""The rate limit: so many requests per token in a window of time."""

from __future__ import annotations

import math
from collections import Counter

from aiware_local.installation.behaviour import RateLimit


class RateLimiter:
    """Counts requests by token in the window that is open."""

    def __init__(self) -> None:
        self._window = -1
        self._counts: Counter[str] = Counter()

    def retry_after(self, token: str, limit: RateLimit | None, now: float) -> int | None:
        """None if the request may pass; else the seconds until the window ends. Asking counts as the request.

        Args:
            token: whose request it is.
            limit: what holds; None lets everything pass.
            now: seconds since the epoch.
        """
        if limit is None:
            return None
        window = math.floor(now / limit.seconds)
        if window != self._window:
            self._window, self._counts = window, Counter()
        self._counts[token] += 1
        if self._counts[token] <= limit.requests:
            return None
        return max(1, math.ceil((window + 1) * limit.seconds - now))
