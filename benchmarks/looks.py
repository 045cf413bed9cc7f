"""The monitor's looks at the jobs, told from the requests that the local aiWARE got."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiware_resources.settings import Settings

APART = timedelta(seconds=Settings().poll_interval / 2)
"""Requests of one look follow each other at once; between two looks lies at least the poll interval."""


@dataclass(frozen=True)
class Look:
    """A look at all that is awaited.

    Attributes:
        jobs: How many jobs it asked about.
        requests: In how many requests.
    """

    jobs: int
    requests: int


def by_the_monitor(requests: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The requests that the monitor sent: in a first ``pulumi up``, nobody else reads jobs (query ``job``)."""
    return [request for request in requests if "job" in request["fields"]]


def looks_at_jobs(requests: Sequence[Mapping[str, Any]]) -> list[Look]:
    """The looks after all jobs were submitted and seen once.

    Before that, looks at the new jobs come right beside looks at all of them, and cannot be told apart.

    Args:
        requests: The requests of a first ``pulumi up``, in order.
    """
    last = max(index for index, request in enumerate(requests) if "createJob" in request["fields"])
    _, *looks = _grouped(by_the_monitor(requests[last:]))
    return looks


def _grouped(requests: Sequence[Mapping[str, Any]]) -> Iterator[Look]:
    group: list[Mapping[str, Any]] = []
    for request in requests:
        if group and _time(request) - _time(group[-1]) > APART:
            yield _look(group)
            group = []
        group.append(request)
    if group:
        yield _look(group)


def _look(requests: Sequence[Mapping[str, Any]]) -> Look:
    return Look(sum(request["fields"]["job"] for request in requests), len(requests))


def _time(request: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(request["time"])
