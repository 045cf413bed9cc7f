"""The gate that every request goes through: closed while aiWARE asks to wait, narrow while it limits requests.

aiWARE counts the requests of a token in windows of ten seconds, tells nobody how many it allows, and answers HTTP 429
with `Retry-After` to those that are too many (apis/rate-limits). So the number is learned: of the requests of a window
those that were let through. Up to that many go side by side. Beyond it one at a time is tried, so that a limit that was
taken too low costs little, and one that is right costs one refused request. A limit that was met twice is taken as
given, and tried again after half a minute, then after one, two, four, ... minutes.

What is known lies in a small file, named by a hash, in the folder of the user's own for what lasts as long as the
machine runs. The file is a help, not a need: a process that cannot use it learns for itself. It also has how many
requests there were of late, and how long they were held back, for the report of a run.
"""

from __future__ import annotations

import atexit
import hashlib
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial, reduce
from pathlib import Path
from typing import NamedTuple, TypeVar

import platformdirs
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, NonNegativeInt, ValidationError

from aiware_resources.api.failures import Cause, Failure

T = TypeVar("T")

WINDOW = 10.0
"""Seconds of a window in which aiWARE counts."""

LONGEST_CLOSED = 3600.0
"""Seconds that aiWARE can keep requests back; should it ask for more, it is asked again after these."""

# In seconds: in how long requests are counted together; for how long one counts against the user's limit, a little
# longer than a window, since some take longer to arrive; by how much a `Retry-After` may be rounded up.
SLOT, _COUNTED, _ROUNDED = 0.25, WINDOW + 0.25, 1.0
# After how many seconds a request beyond the limit counts as answered, should its process have died; after how many
# those who wait for its answer look again; the first and the longest time without such a request.
_PROBE_ANSWERED, _PROBE_PAUSE, _FIRST_REST, _LONGEST_REST = 30.0, 0.25, 30.0, 960.0
# Requests that have to be let through for two refusals to confirm each other; with fewer, two can be equal by chance.
_TELLING = 10
# Seconds after which a limit is not relied on any more; and after which a file is of no use to anybody.
_FORGOTTEN, _UNUSED = 3600.0, 86_400.0
# Of so many windows in which there were requests these are counted: of an hour at least.
_WINDOWS = 360


class Permit(NamedTuple):
    """A request that may be sent: since when, and whether it goes beyond the limit that was learned."""

    at: float
    is_probe: bool = False


class Traffic(NamedTuple):
    """The requests of some time.

    Attributes:
        sent: How many were sent; one that was sent again counts twice.
        refused: How many of them were too many for the rate limit.
        held: For how many seconds requests were held back; of several at a time the sum.
    """

    sent: NonNegativeInt = 0
    refused: NonNegativeInt = 0
    held: NonNegativeFloat = 0.0

    def plus(self, other: Traffic) -> Traffic:
        """Both together."""
        return Traffic(self.sent + other.sent, self.refused + other.refused, self.held + other.held)


class RateLimit(BaseModel):
    """What is known of the limit of one token. All times are seconds since the epoch.

    Values that make no sense count as no limit: what an earlier run has left does no harm.
    """

    model_config = ConfigDict(allow_inf_nan=False)

    closed_until: NonNegativeFloat = 0.0
    opened: NonNegativeFloat = 0.0
    limit: int = 0
    heard: NonNegativeFloat = 0.0
    rest: NonNegativeFloat = 0.0
    probe_at: NonNegativeFloat = 0.0
    probing_until: NonNegativeFloat = 0.0
    granted: dict[int, int] = {}
    refused: dict[int, int] = {}
    traffic: dict[int, Traffic] = {}

    def learned(self, now: float) -> int:
        """Requests a window that aiWARE was seen to allow; 0 when that is not known, or was seen too long ago."""
        return max(0, self.limit) if now - _FORGOTTEN < self.heard <= now else 0

    def take(self, now: float, own: int | None = None, held: float = 0.0) -> Permit | float:
        """Permits a request, or says in how many seconds to ask again.

        Args:
            now: The present.
            own: Requests a window that the user allows.
            held: For how many seconds the request was held back so far.
        """
        closed_until = self._closed_until(now)
        if closed_until > now:
            return closed_until - now
        since = max(now - _COUNTED, closed_until)
        if own and _count(self.granted, since, now) >= own:
            return min(slot for slot in self.granted if slot >= int(since / SLOT)) * SLOT + SLOT + _COUNTED - now
        learned = self.learned(now)
        # aiWARE said when a window ends; it counts on from there, in tens of seconds.
        begun = closed_until + (now - closed_until) // WINDOW * WINDOW
        is_probe = bool(learned) and _count(self.granted, max(begun - _ROUNDED, closed_until), now) >= learned
        if is_probe:
            if now < self.probe_at:
                return min(begun + WINDOW, self.probe_at) - now
            if now < self.probing_until <= now + _PROBE_ANSWERED:
                return min(begun + WINDOW - now, _PROBE_PAUSE)
            self.probing_until = now + _PROBE_ANSWERED
        self.granted = _with_one_more(self.granted, now, now)
        self._count(now, Traffic(sent=1, held=held))
        return Permit(now, is_probe)

    def is_free(self, now: float) -> bool:
        """Whether nothing is known of a limit, so that a request needs no look at what there were before."""
        return self._closed_until(now) <= now and not self.learned(now)

    def add(self, sent: Iterable[float], now: float) -> None:
        """Counts requests that were sent without asking."""
        for at in sent:
            self.granted = _with_one_more(self.granted, at, now)
            self._count(at, Traffic(sent=1))

    def between(self, since: float, until: float) -> Traffic | None:
        """The requests of some time, to the window; ``None`` where not all of it was counted, or there were none."""
        first = int(since / WINDOW)
        if len(self.traffic) >= _WINDOWS and min(self.traffic) > first:
            return None
        found = [each for window, each in self.traffic.items() if first <= window <= int(until / WINDOW)]
        return reduce(Traffic.plus, found) if found else None

    def _count(self, now: float, more: Traffic) -> None:
        window = int(now / WINDOW)
        self.traffic[window] = self.traffic.get(window, Traffic()).plus(more)
        while len(self.traffic) > _WINDOWS:
            del self.traffic[min(self.traffic)]

    def note(self, now: float, permit: Permit, failure: Failure | None) -> None:
        """Takes note of how a request went: that it was one too many, or another failure, or none."""
        is_refused = failure is not None and failure.cause is Cause.LIMITED
        retry_after = failure.retry_after if failure else None
        if permit.is_probe:
            self.probing_until = 0.0
            if not is_refused and (failure is None or failure.status is not None) and (limit := self.learned(now)):
                self.limit = limit + max(1, limit // 20)
                self.rest = self.probe_at = 0.0
        if is_refused:
            self._refused(now, permit, retry_after)
        if is_refused or retry_after is not None:
            seconds = 1.0 if retry_after is None else min(max(retry_after, 0.0), LONGEST_CLOSED)
            # The request itself waits where it is sent again, and not here.
            self._count(now, Traffic(refused=int(is_refused), held=seconds))
            self.closed_until = max(self._closed_until(now), now + seconds)

    def _refused(self, now: float, permit: Permit, retry_after: float | None) -> None:
        self.refused = _with_one_more(self.refused, permit.at, now)
        # Others that were on their way belong to the window that is over already.
        if is_first := permit.at >= self._closed_until(now):
            self.opened = self._closed_until(now)
        left = retry_after if retry_after is not None and retry_after <= WINDOW else _ROUNDED
        since = max(now - WINDOW + left - _ROUNDED, self.opened)
        allowed = _count(self.granted, since, now) - _count(self.refused, since, now)
        if allowed < 1:
            # Somebody else uses the limit up, on another machine perhaps; that says nothing about the limit.
            return
        if is_first:
            before = self.learned(now)
            agrees = before >= _TELLING and abs(allowed - before) <= before // 10
            self.rest = min(max(_FIRST_REST, 2 * self.rest), _LONGEST_REST) if agrees else 0.0
            self.probe_at = now + self.rest
        self.limit, self.heard = allowed, now

    def _closed_until(self, now: float) -> float:
        return self.closed_until if self.closed_until <= now + LONGEST_CLOSED else 0.0


def _count(counts: dict[int, int], since: float, until: float) -> int:
    return sum(count for slot, count in counts.items() if int(since / SLOT) <= slot <= int(until / SLOT))


def _with_one_more(counts: dict[int, int], at: float, now: float) -> dict[int, int]:
    """The counts that are still of use, with one more request."""
    of_use = {slot: count for slot, count in counts.items() if now - 1.5 * WINDOW <= slot * SLOT <= now}
    return of_use | {int(at / SLOT): max(0, of_use.get(int(at / SLOT), 0)) + 1}


class Gate:
    """Holds the requests of one token back: those of all threads, and of all processes that use the file. Thread-safe.

    Attributes:
        file: What is known; removing it opens the gate. None where each process learns for itself.
    """

    def __init__(self, file: Path | None, gates: Gates) -> None:
        self.file = file
        self._gates = gates
        self._known = RateLimit()
        self._looked = 0.0
        self._uncounted: list[float] = []
        self._threads = threading.Lock()
        # No soft lock where the system has no others: it would outlive a process that is killed.
        lock = partial(FileLock, mode=0o600, thread_local=False, fallback_to_soft=False)
        self._processes = lock(file.with_suffix(".lock")) if file else None
        if gates.together:
            atexit.register(self.count)

    def enter(self, longest: float) -> Permit | float:
        """Returns once a request may be sent; the seconds to wait, where these are more than the longest wait."""
        if (permit := self._freely()) is not None:
            return permit
        held = 0.0
        while True:
            answer = self._known_as(partial(RateLimit.take, own=self._gates.own_limit, held=held))
            if isinstance(answer, Permit) or answer > longest:
                return answer
            self._gates.sleep(answer)
            held += answer

    def _freely(self) -> Permit | None:
        """Permits a request without reading the file, if the file named no limit a moment ago.

        Locking, reading and writing it takes as long as sending the request. What is learned by others in that moment
        costs a few refused requests, which are sent again.
        """
        with self._threads:
            now = self._gates.clock()
            is_fresh = self._looked <= now < self._looked + self._gates.together
            if self.file is None or not is_fresh or self._gates.own_limit or not self._known.is_free(now):
                return None
            self._uncounted.append(now)
            if len(self._uncounted) == 1:
                counting = threading.Timer(self._gates.together, self.count)
                counting.daemon = True
                counting.start()
            return Permit(now)

    def count(self) -> None:
        """Writes down the requests that the file does not tell of yet."""
        if self._uncounted:
            self._known_as(lambda limit, now: None)

    def note(self, permit: Permit, failure: Failure | None = None) -> None:
        """Takes note of how a request went: of its failure, if it was one."""
        if permit.is_probe or (failure and (failure.cause is Cause.LIMITED or failure.retry_after is not None)):
            self._known_as(lambda limit, now: limit.note(now, permit, failure))

    def _known_as(self, use: Callable[[RateLimit, float], T]) -> T:
        """Uses what is known, and writes down what became of it, for one thread of one process at a time."""
        with self._threads:
            try:
                if self.file is not None and self._processes is not None:
                    with self._processes:
                        self._known = _read(self.file)
                        self._known.add(self._uncounted, self._gates.clock())
                        self._uncounted.clear()
                        result = use(self._known, self._gates.clock())
                        _write(self.file, self._known)
                        self._looked = self._gates.clock()
                        return result
            except OSError:
                self.file = None
            return use(self._known, self._gates.clock())


@dataclass(frozen=True)
class Gates:
    """The gates of a process, one for each token at each server. Thread-safe.

    Attributes:
        folder: Where processes share what they know; None to keep it in this one.
        own_limit: Requests in ten seconds that the user allows; None for as many as aiWARE does.
        clock: Seconds since the epoch.
        sleep: Waits for so many seconds.
        together: For how many seconds requests are counted in memory, while no limit is known, before the others are
            told; 0 to tell them of each at once.
    """

    folder: Path | None = None
    own_limit: int | None = None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    together: float = 0.0
    _gates: dict[str, Gate] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, host: str, token: str) -> Gate:
        """The gate of a token at a server; the token is empty where there is none yet."""
        name = _name(host, token)
        with self._lock:
            if name not in self._gates:
                self._gates[name] = Gate(self.folder / name if self.folder else None, self)
            return self._gates[name]


def _name(host: str, token: str) -> str:
    return hashlib.sha256(f"{host}\n{token}".encode()).hexdigest()[:32] + ".json"


def traffic_between(folder: Path | None, host: str, token: str, since: float, until: float) -> Traffic | None:
    """The requests of a token in some time, those of all processes of this user on this machine.

    Args:
        folder: Where processes share what they know.
        host: The server.
        token: The token.
        since: The beginning, in seconds since the epoch.
        until: The end.

    Returns:
        How many there were; ``None`` where that is not known.
    """
    with suppress(OSError):
        return _read(folder / _name(host, token)).between(since, until) if folder else None
    return None


def shared_folder() -> Path | None:
    """The folder of this user for what lasts as long as the machine runs; None where there is no safe one."""
    with warnings.catch_warnings(), suppress(OSError):
        # Nobody needs to hear that another folder than that of the environment is used.
        warnings.simplefilter("ignore", platformdirs.RuntimeDirWarning)
        folder = platformdirs.user_runtime_path("aiware", ensure_exists=True)
        for file in folder.glob("*.json"):
            # Another process may tidy as well.
            with suppress(OSError):
                if time.time() - file.stat().st_mtime > _UNUSED:
                    file.unlink()
                    file.with_suffix(".lock").unlink()
        return folder
    return None


def _read(file: Path) -> RateLimit:
    with suppress(FileNotFoundError, ValidationError):
        return RateLimit.model_validate_json(file.read_bytes())
    return RateLimit()


def _write(file: Path, known: RateLimit) -> None:
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(known.model_dump_json(), encoding="utf-8")
    # What is killed half-way leaves what was known before.
    new.replace(file)
