"""What is known of aiWARE's rate limit for one token, and what follows from it. Without clock, file or thread.

aiWARE counts the requests of a token in windows of ten seconds, tells nobody how many it allows, and answers HTTP 429
with `Retry-After` to those that are too many (apis/rate-limits). So the number is learned: of the requests of a window
those that were let through. Up to that many go side by side. Beyond it one at a time is tried, so that a limit that was
taken too low costs little, and one that is right costs one refused request. A limit that was met twice is taken as
given, and tried again after half a minute, then after one, two, four, ... minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

WINDOW = 10.0
"""Seconds of a window in which aiWARE counts."""

LONGEST_CLOSED = 3600.0
"""Seconds that aiWARE can keep requests back; should it ask for more, it is asked again after these."""

_SLOT = 0.25
"""Seconds in which requests are counted together."""

_COUNTED = WINDOW + _SLOT
"""Seconds for which a request counts against the user's limit: a little longer, since some take longer to arrive."""

_ROUNDED = 1.0
"""Seconds by which a `Retry-After`, which is whole seconds, may name too late a moment."""

_SLOTS = 64
_HIGHEST = 1e6
_PROBE_ANSWERED = 30.0
"""Seconds after which a request that went beyond the limit counts as answered, should its process have died."""

_PROBE_PAUSE = 0.25
"""Seconds until those who wait for the answer to such a request look again."""

_TELLING = 10
"""Requests that have to be let through for two refusals to confirm each other; of fewer, chance makes two alike."""

_FIRST_REST = 30.0
_LONGEST_REST = 960.0
_FORGOTTEN = 3600.0
"""Seconds after which a learned limit is not relied on any more."""

# Where in the cells is what.
_CLOSED_UNTIL, _OPENED, _LIMIT, _HEARD, _REST, _PROBE_AT, _PROBING_UNTIL, _LIMIT_BEFORE, _REST_BEFORE = range(9)
_NUMBERS = 9
_GRANTED = _NUMBERS + _SLOTS
_REFUSED = _GRANTED + _SLOTS
CELLS = _REFUSED + _SLOTS
"""How many numbers hold all that is known."""


class Cells(Protocol):
    """Numbers in a row."""

    def __getitem__(self, place: int, /) -> float:
        """The number at a place."""

    def __setitem__(self, place: int, value: float, /) -> None:
        """Sets it."""


@dataclass(frozen=True)
class Permit:
    """A request that may be sent.

    Attributes:
        at: When it was permitted, in seconds since the epoch.
        is_probe: Whether it goes beyond the limit that was learned.
    """

    at: float
    is_probe: bool = False


class RateLimit:
    """Decides when a request may be sent. All times are seconds since the epoch.

    Whatever it is not told or cannot make sense of counts as no limit: numbers left by an earlier run do no harm.

    Args:
        cells: `CELLS` numbers that hold what is known, at first zeros; may be shared.
    """

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    def learned(self, now: float) -> int:
        """Requests a window that aiWARE was seen to allow; 0 when that is not known, or was seen too long ago."""
        limit = self._cells[_LIMIT]
        is_known = now - _FORGOTTEN < self._cells[_HEARD] <= now and 1.0 <= limit <= _HIGHEST
        return int(limit) if is_known else 0

    def take(self, now: float, own: int | None = None) -> Permit | float:
        """Permits a request, or says in how many seconds to ask again.

        Args:
            now: The present.
            own: Requests a window that the user allows.
        """
        cells = self._cells
        closed_until = self._closed_until(now)
        if closed_until > now:
            return closed_until - now
        since = max(now - _COUNTED, closed_until)
        if own and (excess := self._count(_GRANTED, now, since) - own + 1) > 0:
            return self._until_free(now, since, excess)
        learned = self.learned(now)
        # aiWARE said when a window ends; it counts on from there, in tens of seconds.
        begun = closed_until + (now - closed_until) // WINDOW * WINDOW
        if not learned or self._count(_GRANTED, now, max(begun - _ROUNDED, closed_until)) < learned:
            return self._granted(Permit(now))
        until_next = begun + WINDOW - now
        if now < cells[_PROBE_AT]:
            return min(until_next, cells[_PROBE_AT] - now)
        if now < cells[_PROBING_UNTIL] <= now + _PROBE_ANSWERED:
            return min(until_next, _PROBE_PAUSE)
        cells[_PROBING_UNTIL] = now + _PROBE_ANSWERED
        return self._granted(Permit(now, is_probe=True))

    def close(self, now: float, seconds: float) -> None:
        """Sends nothing for so many seconds, as aiWARE asked."""
        until = now + min(max(seconds, 0.0), LONGEST_CLOSED)
        known = self._closed_until(now)
        if known <= now:
            self._cells[_OPENED] = known
        self._cells[_CLOSED_UNTIL] = max(known, until)

    def settled(self, now: float, permit: Permit, *, well: bool) -> None:
        """Takes note of an answer that did not say that requests are too many.

        Args:
            now: The present.
            permit: Of the request.
            well: Whether it was answered at all.
        """
        if not permit.is_probe:
            return
        cells = self._cells
        cells[_PROBING_UNTIL] = 0.0
        if well and (limit := self.learned(now)):
            cells[_LIMIT] = limit + max(1, limit // 20)
            cells[_REST] = cells[_PROBE_AT] = 0.0

    def refused(self, now: float, permit: Permit, retry_after: float | None) -> None:
        """Takes note of a request that was one too many.

        Args:
            now: The present.
            permit: Of the request.
            retry_after: Seconds that aiWARE asked to wait, if it did.
        """
        self._add(_REFUSED, permit.at)
        if permit.is_probe:
            self._cells[_PROBING_UNTIL] = 0.0
        closed_until = self._closed_until(now)
        # Others that were on their way belong to the window that is over already.
        is_first = permit.at >= closed_until
        opened = closed_until if is_first else self._opened(now)
        self._learn(now, self._allowed(now, retry_after, opened), is_first=is_first)
        self.close(now, 1.0 if retry_after is None else retry_after)

    def _allowed(self, now: float, retry_after: float | None, opened: float) -> int:
        """How many requests were let through in the window in which one was too many."""
        began = now - WINDOW
        if retry_after is not None and retry_after <= WINDOW:
            began += retry_after - _ROUNDED
        since = max(began, opened)
        return self._count(_GRANTED, now, since) - self._count(_REFUSED, now, since)

    def _learn(self, now: float, allowed: int, *, is_first: bool) -> None:
        if allowed < 1:
            # Somebody else uses the limit up, on another machine perhaps; that says nothing about the limit.
            return
        cells = self._cells
        if is_first:
            cells[_LIMIT_BEFORE], cells[_REST_BEFORE] = self.learned(now), cells[_REST]
        before = cells[_LIMIT_BEFORE]
        agrees = before >= _TELLING and abs(allowed - before) <= before // 10
        cells[_REST] = min(max(_FIRST_REST, 2 * cells[_REST_BEFORE]), _LONGEST_REST) if agrees else 0.0
        cells[_PROBE_AT] = now + cells[_REST]
        cells[_LIMIT], cells[_HEARD] = allowed, now

    def _closed_until(self, now: float) -> float:
        until = self._cells[_CLOSED_UNTIL]
        return until if 0.0 <= until <= now + LONGEST_CLOSED else 0.0

    def _opened(self, now: float) -> float:
        opened = self._cells[_OPENED]
        return opened if 0.0 <= opened <= now else 0.0

    def _granted(self, permit: Permit) -> Permit:
        self._add(_GRANTED, permit.at)
        return permit

    def _add(self, what: int, at: float) -> None:
        number = int(at / _SLOT)
        place = number % _SLOTS
        if self._cells[_NUMBERS + place] != number:
            self._cells[_NUMBERS + place] = number
            self._cells[_GRANTED + place] = self._cells[_REFUSED + place] = 0.0
        self._cells[what + place] += 1.0

    def _count(self, what: int, now: float, since: float) -> int:
        newest = int(now / _SLOT)
        oldest = max(newest - _SLOTS + 1, int(since / _SLOT))
        return sum(self._in_slot(what, number) for number in range(oldest, newest + 1))

    def _in_slot(self, what: int, number: int) -> int:
        place = number % _SLOTS
        return int(self._cells[what + place]) if self._cells[_NUMBERS + place] == number else 0

    def _until_free(self, now: float, since: float, excess: int) -> float:
        """Seconds until so many of the requests that count do not count any more."""
        for number in range(int(since / _SLOT), int(now / _SLOT) + 1):
            excess -= self._in_slot(_GRANTED, number)
            if excess <= 0:
                return (number + 1) * _SLOT + _COUNTED - now
        return _SLOT
