"""What answers make of what is awaited: they complete it, show its progress on its row, or end the waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pulumi

from aiware_resources.errors import AiwareError, CapacityExceeded, NotSent, RateLimited, ServerFailure
from aiware_resources.text.words import duration
from aiware_resources.waiting.failures import Failures
from aiware_resources.waiting.watch import Done, Failed, NotKnown, Pending, Verdict, Watch

PASSING = (ServerFailure, NotSent, RateLimited, CapacityExceeded)

LONGEST = 600.0
"""Seconds that something may stay unread before the waiting for it gives up. The work itself goes on in aiWARE."""

_REPEAT_PROGRESS = 10.0
"""Seconds after which a row's progress is written again although its status has not changed."""

_MANY = 50
"""Objects from which on that is done less often: so many rows in those seconds are enough for anybody."""

RESUME = "The work goes on in aiWARE; run `pulumi up` again to resume waiting for it."

_NOT_SHOWN = "not shown by aiWARE, looked for again"
_UNREAD = "cannot be read at the moment, looked at again"


class Outages:
    """Remembers which kinds of object cannot be asked about at all, and warns once of each time."""

    def __init__(self) -> None:
        self._out: set[str] = set()

    def over(self, kind: str) -> None:
        """Takes note of an answer."""
        if kind in self._out:
            self._out.remove(kind)
            pulumi.log.info(f"aiWARE can be asked about {kind}s again.")

    def begun(self, kind: str, trouble: AiwareError) -> None:
        """Takes note of a trouble.

        Args:
            kind: What could not be asked about.
            trouble: Why.
        """
        if kind not in self._out:
            self._out.add(kind)
            pulumi.log.warn(f"Waiting goes on, though aiWARE cannot be asked about {kind}s at the moment: {trouble}")


class Outcomes:
    """Notes what polls show.

    Args:
        failures: Takes the errors.
        not_found_grace: Seconds for which something that aiWARE does not show is looked for again.
        awaited: How many objects are awaited.
    """

    def __init__(self, failures: Failures, not_found_grace: float, awaited: Callable[[], int]) -> None:
        self._failures = failures
        self._not_found_grace = not_found_grace
        self._awaited = awaited

    def is_over(self, watch: Watch[Any]) -> bool:
        """Whether the waiting for an object has ended."""
        return watch.completion.done() or self._failures.will_end(watch.completion)

    def record(self, watch: Watch[Any], verdict: Verdict[Any]) -> bool:
        """Takes note of what an object was seen to be; says whether that is anything new."""
        if self.is_over(watch):
            return False
        watch.unread_since = None
        if not isinstance(verdict, NotKnown):
            watch.unknown_since = None
        match verdict:
            case Done(record, note):
                # What was there already has been told when it came.
                if note and watch.status is not None:
                    watch.row.info(note)
                watch.completion.set_result(record)
                return True
            case Failed(error, record):
                self._fail(watch, error, record)
                return True
            case NotKnown(error):
                return self._not_known(watch, error)
            case Pending(progress, status):
                return self._show(watch, progress, status)

    def unread(self, watch: Watch[Any], trouble: AiwareError, *, is_alone: bool) -> None:
        """Takes note that an object could not be read; after a long time of that, the waiting for it gives up.

        Args:
            watch: The object.
            trouble: Why.
            is_alone: Whether others could be read: then the message is on its own row.
        """
        if self.is_over(watch):
            return
        now = time.monotonic()
        if watch.unread_since is None:
            watch.unread_since = now
        if now - watch.unread_since > LONGEST:
            what = f"{watch.condition.kind} {watch.object_id}"
            self._fail(watch, AiwareError(f"waiting for {what} broke off: {trouble}", remedy=RESUME), None)
        elif is_alone:
            if watch.progress != _UNREAD:
                watch.row.warn(f"waiting goes on, though it cannot be read at the moment: {trouble}")
            self._show(watch, _UNREAD, watch.status)

    def expire(self, watch: Watch[Any]) -> None:
        """Ends the waiting for an object whose time is up."""
        if not self.is_over(watch):
            self._fail(watch, watch.timed_out(), None)

    def _not_known(self, watch: Watch[Any], error: AiwareError) -> bool:
        now = time.monotonic()
        if watch.unknown_since is None:
            watch.unknown_since = now
        if now - watch.unknown_since >= self._not_found_grace:
            self._fail(watch, error, None)
            return True
        return self._show(watch, _NOT_SHOWN, watch.status)

    def _show(self, watch: Watch[Any], progress: str, status: str | None) -> bool:
        is_new, changed = status != watch.status, (status, progress) != (watch.status, watch.progress)
        watch.status, watch.progress = status, progress
        many = max(1.0, self._awaited() / _MANY)
        is_told = is_new or (changed and many == 1)
        if is_told or watch.elapsed - watch.told >= _REPEAT_PROGRESS * many:
            watch.told = watch.elapsed
            watch.row.progress(f"{progress}, {duration(watch.elapsed)}")
        return changed

    def _fail(self, watch: Watch[Any], error: AiwareError, record: Any) -> None:
        if watch.allow_failure and record is not None:
            watch.row.warn(f"{error} (allow_failure is set: dependents run)")
            watch.completion.set_result(record)
            return
        self._failures.report(watch.name, watch.row, error, watch.completion)
