"""Checks of the jobs in a file, without aiWARE: the checks that a preview makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    KnownFragmentNamesRule,
    LoneAnonymousOperationRule,
    NoFragmentCyclesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    UniqueArgumentNamesRule,
    UniqueFragmentNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationNamesRule,
    UniqueVariableNamesRule,
    build_schema,
)
from graphql import validate as validate_document
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.output import UNKNOWN

from aiware_resources.cli import job_files
from aiware_resources.errors import GraphError
from aiware_resources.job import PRODUCES, RUNS, JobProvider
from aiware_resources.text.words import did_you_mean

_FIELDS = (*PRODUCES, *RUNS)
"""Properties that createJob takes; the resource has more, for this library itself."""

_CHECKED_AS = {"aiware:endpoint": "local", "aiware:api": "cloud", "aiware:validateEngines": "false"}
"""Settings under which a provider checks without asking aiWARE."""

_NO_SCHEMA = build_schema("type Query { _: String }", assume_valid=True)
_WITHOUT_SCHEMA = [
    KnownFragmentNamesRule,
    LoneAnonymousOperationRule,
    NoFragmentCyclesRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    UniqueArgumentNamesRule,
    UniqueFragmentNamesRule,
    UniqueInputFieldNamesRule,
    UniqueOperationNamesRule,
    UniqueVariableNamesRule,
]
"""The rules of GraphQL that hold whatever the schema is."""


@dataclass(frozen=True)
class FileProblem:
    """One thing wrong in a file.

    Attributes:
        path: Where: ``input.tasks[2].ioFolders[0].mode``, or a line of a document.
        reason: What is wrong, and what to do about it.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


@dataclass(frozen=True)
class Found:
    """The findings about a file.

    Attributes:
        jobs: How many jobs it describes.
        problems: What is wrong with it.
        unknown: Names of variables whose values are not known.
    """

    jobs: int
    problems: list[FileProblem]
    unknown: list[str]


def problems_of_file(path: Path, variables: Mapping[str, Any]) -> Found:
    """Checks the jobs in a file by what createJob takes.

    Args:
        path: A file with JSON or with a GraphQL document.
        variables: Values for the variables of a GraphQL document.

    Raises:
        GraphError: The file holds neither a job nor a GraphQL document, or jobs of aiWARE Edge.
    """
    file = job_files.read(path, variables, UNKNOWN)
    if not file.jobs and not file.documents:
        raise GraphError(f"{path} describes no job.", remedy=job_files.REMEDY)
    if any(job.is_of_edge for job in file.jobs):
        raise GraphError(
            f"{path} is a request for aiWARE Edge.",
            remedy="Only jobs as the cloud API takes them can be validated; `aiware dag` draws those of Edge.",
        )
    problems = [problem for document in file.documents for problem in _document_problems(document)]
    problems += [problem for job in file.jobs for problem in _job_problems(job)]
    return Found(len(file.jobs), problems, sorted(file.open))


def _document_problems(document: DocumentNode) -> Iterator[FileProblem]:
    errors: Iterable[GraphQLError] = validate_document(_NO_SCHEMA, document, _WITHOUT_SCHEMA)
    for error in errors:
        line = f"line {error.locations[0].line}" if error.locations else ""
        yield FileProblem(line, error.message)


def _job_problems(job: job_files.JobInFile) -> Iterator[FileProblem]:
    known = {key: value for key, value in job.content.items() if key in _FIELDS}
    for key in job.content.keys() - known.keys():
        hint = did_you_mean(key, _FIELDS, f"it takes {', '.join(sorted(_FIELDS))}")
        yield FileProblem(_at(job.place, key), f"is not something that createJob takes: {hint}")
    for failure in _provider().check({}, known).failures:
        yield FileProblem(_at(job.place, failure.property), failure.reason)


def _provider() -> JobProvider:
    provider = JobProvider()
    provider.configure(ConfigureRequest(Config(dict(_CHECKED_AS), "aiware")))
    return provider


def _at(place: str, path: str) -> str:
    return f"{place}.{path}" if place else path
