"""What is found in a file: jobs, and problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aiware_resources.cli.documents.places import Locate, Position
from aiware_resources.errors import GraphError

Kind = Literal["job", "single-engine job", "Edge job", "job fleet"]


@dataclass(frozen=True)
class FoundProblem:
    """One thing wrong in a file.

    Attributes:
        position: The place in the file.
        path: The property of the job: ``input.tasks[2].ioFolders[0].mode``; may be empty.
        reason: What is wrong, and what to do about it.
    """

    position: Position
    path: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(part for part in (str(self.position), self.path, self.reason) if part)


class NotReadable(GraphError):
    """A file is nothing that describes jobs.

    Attributes:
        problem: What is wrong with it, and where.
    """

    def __init__(self, position: Position, reason: str, *, remedy: str | None = None) -> None:
        super().__init__(f"{position}: {reason}.", remedy=remedy)
        self.problem = FoundProblem(position, "", f"{reason}. {remedy}" if remedy else f"{reason}.")


@dataclass(frozen=True)
class FoundJob:
    """A job that a file describes.

    Attributes:
        name: What to call it: its own name, the alias of its field, or the name of the file.
        kind: What it is.
        place: Where in the file its properties are, to be followed by their paths; empty at the top.
        properties: Its properties under the API's names, as they are written. Of a program, those of the resource.
        locate: Finds the places of its properties.
        settings: The settings of the stack, where it is declared by a program.
        is_declared: Whether it is declared by a program.
    """

    name: str
    kind: Kind
    place: str
    properties: Mapping[str, Any]
    locate: Locate
    settings: Mapping[str, str] = field(default_factory=dict)
    is_declared: bool = False

    def problem(self, path: tuple[str | int, ...], written: str, reason: str) -> FoundProblem:
        """Makes a problem of this job.

        Args:
            path: The path of the property.
            written: The same as text.
            reason: What is wrong.
        """
        return FoundProblem(self.locate(path), below(self.place, written), reason)


@dataclass
class Document:
    """A file, and what it describes.

    Attributes:
        file: Its name.
        jobs: The jobs.
        problems: What is wrong with it besides.
        is_graphql: Whether it is a GraphQL document, or a request with one.
        is_program: Whether it is a program.
        open: Variables that a job needs and the file does not have.
    """

    file: str
    jobs: list[FoundJob] = field(default_factory=list)
    problems: list[FoundProblem] = field(default_factory=list)
    is_graphql: bool = False
    is_program: bool = False
    open: set[str] = field(default_factory=set)

    @property
    def names(self) -> Sequence[str]:
        """What the jobs are called."""
        return [job.name for job in self.jobs]


def below(place: str, path: str) -> str:
    """A path that follows another one."""
    if not place or not path or path.startswith("["):
        return place + path
    return f"{place}.{path}"
