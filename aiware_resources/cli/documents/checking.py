"""Checks of jobs without aiWARE: the checks that a preview makes."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pulumi.dynamic import Config, ConfigureRequest

from aiware_resources.cli.documents.edge import edge_problems
from aiware_resources.cli.documents.found import FoundJob, FoundProblem
from aiware_resources.cli.documents.resources import TAKEN, Resource, field_problems, resource_of
from aiware_resources.job import JobProvider
from aiware_resources.jobs.checks import known_of_engines
from aiware_resources.reconcile import EntityProvider, Path, Problem, path_text
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.text.times import is_number
from aiware_resources.text.words import did_you_mean

_WITHOUT_AIWARE = {"aiware:endpoint": "local", "aiware:validateEngines": "false"}
"""Settings under which a provider checks without asking aiWARE."""

_SHAPES: Mapping[str, Callable[[Mapping[str, Any]], list[Problem]]] = {
    "Edge job": edge_problems,
    "single-engine job": field_problems,
}
"""What checks the parts of a job that its resource does not have."""

_TIMES = ("startDateTime", "stopDateTime", "dueDateTime")
_AROUND_TIMES = ("target", "tasks", "standbyTask", "executionPreferences")

_STEP = re.compile(r"\[(\d+)\]|[^.\[\]]+")


def problems_of(job: FoundJob, resource: Resource | None = None) -> list[FoundProblem]:
    """Checks a job as a preview does.

    Args:
        job: The job.
        resource: The resource that declares it, where that is decided already.
    """
    return list(dict.fromkeys(_problems(job, resource or resource_of(job))))


def warnings_of(job: FoundJob) -> list[FoundProblem]:
    """What of a job is probably not meant, as a preview says of it."""
    resource = resource_of(job)
    provider = _provider(job, resource)
    if not isinstance(provider, JobProvider):
        return []
    known, unknown = cut(dict(resource.properties))
    values, wrong = provider.schema.validate(known, unknown)
    odd = () if wrong else provider.odd(values, unknown)
    found = [(resource.written(each.path), each.reason) for each in odd]
    return [job.problem(path, path_text(path), reason) for path, reason in found]


def _problems(job: FoundJob, resource: Resource) -> Iterator[FoundProblem]:
    found = _SHAPES[job.kind](job.properties) if job.kind in _SHAPES and not job.is_declared else []
    for problem in found:
        yield job.problem(problem.path, path_text(problem.path), problem.reason)
    if found:
        # What is not right by itself cannot be translated, nor judged as a graph.
        return
    if not job.is_declared and job.kind in TAKEN:
        taken = TAKEN[job.kind]
        for key in job.properties.keys() - set(taken):
            what = "createJob" if job.kind == "job" else "launchSingleEngineJob"
            hint = did_you_mean(key, taken, f"it takes {', '.join(sorted(taken))}")
            yield job.problem((key,), key, f"is not something that {what} takes: {hint}")
        for path in _numbers_for_times(job.properties, ()):
            reason = "is a number as text, and no point in time to aiWARE: write it without quotes, or as ISO 8601"
            yield job.problem(path, path_text(path), reason)
    provider = _provider(job, resource)
    for path, reason in [*_failures(provider, resource), *_known_of_engines(provider, resource)]:
        written = resource.written(path)
        yield job.problem(written, path_text(written), reason)


def _numbers_for_times(value: Any, path: Path) -> Iterator[Path]:
    """The times of a job that are numbers in quotes: a program may write them so, since the library reads them."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers_for_times(item, (*path, index))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key in _TIMES and isinstance(item, str) and is_number(item):
                yield (*path, key)
            elif key in _AROUND_TIMES:
                yield from _numbers_for_times(item, (*path, key))


def _provider(job: FoundJob, resource: Resource) -> EntityProvider:
    """A provider that checks as the API does that the job is for."""
    api = "edge" if job.kind == "Edge job" else job.settings.get("aiware:api", "cloud")
    provider = resource.provider()
    provider.configure(ConfigureRequest(Config({**_WITHOUT_AIWARE, "aiware:api": api}, "aiware")))
    return provider


def _failures(provider: EntityProvider, resource: Resource) -> Iterator[tuple[Path, str]]:
    with _without_remarks():
        failures = provider.check({}, dict(resource.properties)).failures
    for failure in failures:
        yield _path(failure.property), failure.reason


def _known_of_engines(provider: EntityProvider, resource: Resource) -> Iterator[tuple[Path, str]]:
    """What a preview knows by the engine catalogue, as far as it is documented."""
    known, unknown = cut(dict(resource.properties))
    values, _ = provider.schema.validate(known, unknown)
    yield from ((each.path, each.reason) for each in known_of_engines(values.get("tasks", ()), unknown))


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Keeps to itself what a provider logs: nothing is going to happen, and `warnings_of` tells the rest."""
    log = logging.getLogger("aiware")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _path(text: str) -> Path:
    """The path that a text names."""
    return tuple(int(found[1]) if found[1] else found[0] for found in _STEP.finditer(text))
