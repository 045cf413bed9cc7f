"""Checks of jobs without aiWARE: the checks that a preview makes."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pulumi.dynamic import Config, ConfigureRequest

from aiware_resources.cli.documents.edge import edge_problems
from aiware_resources.cli.documents.found import FoundJob, FoundProblem
from aiware_resources.cli.documents.resources import TAKEN, Resource, resource_of
from aiware_resources.reconcile import Path, path_text
from aiware_resources.text.words import did_you_mean

_WITHOUT_AIWARE = {"aiware:endpoint": "local", "aiware:validateEngines": "false"}
"""Settings under which a provider checks without asking aiWARE."""

_STEP = re.compile(r"\[(\d+)\]|[^.\[\]]+")


def problems_of(job: FoundJob, resource: Resource | None = None) -> list[FoundProblem]:
    """Checks a job as a preview does.

    Args:
        job: The job.
        resource: The resource that declares it, where that is decided already.
    """
    return list(dict.fromkeys(_problems(job, resource or resource_of(job))))


def _problems(job: FoundJob, resource: Resource) -> Iterator[FoundProblem]:
    if job.kind == "Edge job":
        found = edge_problems(job.properties)
        for problem in found:
            yield job.problem(problem.path, path_text(problem.path), problem.reason)
        if found:
            # What is not right by itself cannot be judged as a graph.
            return
    elif not job.is_declared:
        taken = TAKEN[job.kind]
        for key in job.properties.keys() - set(taken):
            what = "createJob" if job.kind == "job" else "launchSingleEngineJob"
            hint = did_you_mean(key, taken, f"it takes {', '.join(sorted(taken))}")
            yield job.problem((key,), key, f"is not something that {what} takes: {hint}")
    api = "edge" if job.kind == "Edge job" else job.settings.get("aiware:api", "cloud")
    for path, reason in _failures(resource, {**_WITHOUT_AIWARE, "aiware:api": api}):
        written = resource.written(path)
        yield job.problem(written, path_text(written), reason)


def _failures(resource: Resource, settings: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    provider = resource.provider()
    provider.configure(ConfigureRequest(Config(dict(settings), "aiware")))
    with _without_remarks():
        failures = provider.check({}, dict(resource.properties)).failures
    for failure in failures:
        yield _path(failure.property), failure.reason


@contextmanager
def _without_remarks() -> Iterator[None]:
    """Keeps to itself what a provider says about what is going to happen: nothing is."""
    log = logging.getLogger("aiware")
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


def _path(text: str) -> Path:
    """The path that a text names."""
    return tuple(int(found[1]) if found[1] else found[0] for found in _STEP.finditer(text))
