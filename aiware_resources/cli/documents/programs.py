"""Programs of this library: run without Pulumi and without aiWARE, to see which jobs they declare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aiware_resources.cli.documents.found import Document, FoundJob, Kind
from aiware_resources.cli.documents.places import Locate, Position
from aiware_resources.cli.offline import Declared, declared_by

_KINDS: Mapping[str, Kind] = {
    "aiware:Job": "job",
    "aiware:SingleEngineJob": "single-engine job",
    "aiware:JobFleet": "job fleet",
}
"""The resources that are jobs, by the end of their types."""


def read_program(path: Path, stack: str | None) -> Document:
    """Runs a program as in the preview of a new stack, and finds the jobs that it declares.

    Args:
        path: A Python file, or the folder of a project.
        stack: Takes the configuration from this stack's file.

    Raises:
        ConfigurationError: There is no program, or the stack has no file.
        WorkFailed: The program failed.
    """
    found = Document(str(path), is_program=True)
    for each in declared_by(path, stack):
        kind = _KINDS.get(each.kind.rpartition("/")[2])
        if kind is not None:
            job = FoundJob(each.name, kind, each.name, each.inputs, _place(path, each), each.settings, is_declared=True)
            found.jobs.append(job)
    return found


def _place(program: Path, declared: Declared) -> Locate:
    """The statement that declares a resource; where its properties are written cannot be told."""
    position = Position(declared.file or str(program), declared.line, declared.column)
    return lambda _: position
