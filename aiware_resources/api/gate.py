"""The gate that every request goes through: closed while aiWARE asks to wait, narrow while it limits requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from aiware_resources.api.rate_limit import Permit
from aiware_resources.api.rate_limit_file import Store, open_store


class ClosedTooLong(Exception):
    """The gate opens later than anybody wants to wait; internal to this package.

    Attributes:
        seconds: Until then.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"closed for {seconds:.0f} s")
        self.seconds = seconds


class Gate:
    """Holds the requests of one token back: those of all threads, and of all processes that share the store.

    Args:
        store: Keeps what is known of the limit.
        own_limit: Requests in ten seconds that the user allows; None for as many as aiWARE does.
        clock: Seconds since the epoch.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self, store: Store, own_limit: int | None, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._store = store
        self._own_limit = own_limit
        self._clock = clock
        self._sleep = sleep

    @property
    def file(self) -> Path | None:
        """What keeps it closed for other processes as well; removing the file opens it for those that start then."""
        return self._store.file

    def enter(self, longest: float) -> Permit:
        """Returns once a request may be sent.

        Args:
            longest: Seconds of one wait at the most.

        Raises:
            ClosedTooLong: When it would have to wait for longer.
        """
        while True:
            with self._store.locked() as limit:
                answer = limit.take(self._clock(), self._own_limit)
            if isinstance(answer, Permit):
                return answer
            if answer > longest:
                raise ClosedTooLong(answer)
            self._sleep(answer)

    def settled(self, permit: Permit, *, well: bool = True, retry_after: float | None = None) -> None:
        """Takes note of how a request went.

        Args:
            permit: Of the request.
            well: Whether it was answered.
            retry_after: Seconds that aiWARE asked to wait, if it did.
        """
        if not permit.is_probe and retry_after is None:
            return
        with self._store.locked() as limit:
            now = self._clock()
            limit.settled(now, permit, well=well)
            if retry_after is not None:
                limit.close(now, retry_after)

    def refused(self, permit: Permit, retry_after: float | None) -> None:
        """Takes note of a request that was one too many.

        Args:
            permit: Of the request.
            retry_after: Seconds that aiWARE asked to wait, if it did.
        """
        with self._store.locked() as limit:
            limit.refused(self._clock(), permit, retry_after)


class Gates:
    """The gates of a process, one for each token at each server. Thread-safe.

    Args:
        folder: Where processes share what they know; None to keep it in this one.
        own_limit: Requests in ten seconds that the user allows; None for as many as aiWARE does.
        clock: Seconds since the epoch.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        folder: Path | None = None,
        own_limit: int | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._own_limit = own_limit
        self._clock = clock
        self._sleep = sleep
        self._gates: dict[tuple[str, str], Gate] = {}
        self._lock = threading.Lock()

    def at(self, host: str, token: str) -> Gate:
        """The gate of a token at a server.

        Args:
            host: The server.
            token: The token; empty where there is none yet.
        """
        with self._lock:
            gate = self._gates.get((host, token))
            if gate is None:
                store = open_store(self._folder, host, token)
                gate = self._gates[host, token] = Gate(store, self._own_limit, self._clock, self._sleep)
            return gate
