"""Which files are read: those that are named, standard input, and those in folders."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiware_resources.cli.documents.curl import SCRIPTS
from aiware_resources.cli.documents.found import Document, FoundProblem, NotReadable
from aiware_resources.cli.documents.graphql import Given, Stand
from aiware_resources.cli.documents.places import MOST_BYTES, Position
from aiware_resources.cli.documents.programs import read_program
from aiware_resources.cli.documents.reading import REMEDY, YAML, decoded, read
from aiware_resources.cli.offline import ProgramFailed, main_of
from aiware_resources.errors import GraphError
from aiware_resources.reconcile.unknowns import NOT_KNOWN
from aiware_resources.settings.project import MANIFEST

STANDARD_INPUT = Path("-")
PROGRAM = ".py"
MAIN = "__main__.py"

_GRAPHQL = (".graphql", ".gql")
_SUFFIXES = (".json", *YAML, *SCRIPTS, *_GRAPHQL)
_MENTIONS_JOBS = re.compile(rb"engineId|taskType|createJob|launchSingleEngineJob")
_JOBS = ("Job", "SingleEngineJob", "JobFleet")
_NOT_ENTERED = ("node_modules", "__pycache__")


def _unknown(_name: str, _type: object) -> Any:
    return NOT_KNOWN


@dataclass(frozen=True)
class Wanted:
    """What to read.

    Attributes:
        paths: Files and folders; ``-`` for standard input.
        variables: Values of the variables of GraphQL documents.
        stack: The stack whose configuration programs get.
        stand: Gives what stands for the value of a variable that has none.
    """

    paths: Sequence[Path]
    variables: Given | None = None
    stack: str | None = None
    stand: Stand = field(default=_unknown)


def documents(wanted: Wanted, *, every: bool = False) -> Iterator[Document]:
    """Reads files.

    Args:
        wanted: Which files.
        every: Whether to go on after a file that cannot be read; it then has a problem.

    Raises:
        NotReadable: A file is nothing that describes jobs.
        ProgramFailed: A program failed.
        GraphError: A folder has no such file in it.
        ConfigurationError: The stack has no file.
    """
    for path in wanted.paths:
        for file in _files(path):
            try:
                yield _read(file, wanted)
            except NotReadable as error:
                if not every:
                    raise
                yield Document(str(file), problems=[error.problem])
            except ProgramFailed as error:
                if not every:
                    raise
                place = Position(error.file, error.line)
                yield Document(str(file), problems=[FoundProblem(place, "", f"{error.reason}. {error.remedy}")])


def is_program(path: Path) -> bool:
    """Whether a path is a program: a Python file, the folder of a Pulumi project, or one with a ``__main__.py``."""
    if path.is_dir():
        return (path / MAIN).is_file() or ((path / MANIFEST).is_file() and main_of(path).is_file())
    return path.suffix == PROGRAM


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir() or is_program(path):
        yield path
        return
    found = list(_inside(path))
    if not found:
        endings = ", ".join((*_SUFFIXES, PROGRAM))
        raise GraphError(f"{path} has no file that describes jobs ({endings}), and no program.", remedy=REMEDY)
    yield from found


def _inside(folder: Path) -> Iterator[Path]:
    """What there is to read in a folder that is not a program, and in the folders in it."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in _NOT_ENTERED or (path / "pyvenv.cfg").exists():
            continue
        if path.is_dir():
            if is_program(path):
                yield path
            else:
                yield from _inside(path)
        elif path.suffix == PROGRAM:
            if _declares_jobs(path):
                yield path
        elif path.suffix in _SUFFIXES and (path.suffix in _GRAPHQL or _mentions_jobs(path)):
            yield path


def _mentions_jobs(path: Path) -> bool:
    """Whether a file of a format that is used for everything is about jobs, as far as its words tell."""
    with path.open("rb") as file:
        return _MENTIONS_JOBS.search(file.read(MOST_BYTES).replace(b"\x00", b"")) is not None


def _declares_jobs(path: Path) -> bool:
    """Whether a Python file declares jobs when it is run, as far as its text tells: no other is run unasked."""
    try:
        module = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return False
    imported: set[str] = set()
    called: set[str] = set()
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Import):
            imported |= {each.name for each in node.names}
        elif isinstance(node, ast.Call):
            called.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
        # What a function does is done when it is called.
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return "aiware_resources" in imported and not called.isdisjoint(_JOBS)


def _read(path: Path, wanted: Wanted) -> Document:
    if (path != STANDARD_INPUT and is_program(path)) or path.is_dir():
        return read_program(path, wanted.stack)
    content = _content(path)
    source = decoded(content, str(path))
    given = [wanted.variables] if wanted.variables else []
    return read(source, "" if path == STANDARD_INPUT else path.suffix.lower(), given, wanted.stand)


def _content(path: Path) -> bytes:
    if path == STANDARD_INPUT:
        content = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotReadable(Position(str(path)), f"is larger than {MOST_BYTES >> 20} MB, which no job is")
    return content
