"""Running a Pulumi program without Pulumi's engine and without aiWARE, to see what it declares."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import runpy
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
from pulumi.runtime import Mocks, register_stack_transformation, rpc, set_all_config, set_mocks
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs
from pulumi.runtime.stack import run_pulumi_func

from aiware_resources.errors import ConfigurationError, WorkFailed
from aiware_resources.reconcile.mocks import TidyMonitor
from aiware_resources.reconcile.provider import READ_KEY
from aiware_resources.settings import NAMESPACE
from aiware_resources.settings.project import Project, is_encrypted

DEFAULT_STACK = "local"
_LIBRARY = Path(__file__).resolve().parents[1]
HIDDEN = "[secret]"
"""The value that a program gets for a secret of its stack: nothing is decrypted."""


@dataclass(frozen=True)
class Declared:
    """A resource that a program declares.

    Attributes:
        kind: Its type in Pulumi: ``pulumi-python:dynamic/aiware:Job``.
        name: Its name.
        properties: Its properties under the API's names; what is not known yet is not in there.
        protected: Whether Pulumi is to refuse to delete it.
        inputs: Its properties, with Pulumi's `Unknown` in place of what is not known yet.
        settings: The settings of this library that the stack has.
        file: The file of the program that declares it; empty where that is not known.
        line: The line of the statement that declares it.
        column: The column where the statement begins.
    """

    kind: str
    name: str
    properties: dict[str, Any]
    protected: bool = False
    inputs: dict[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    line: int | None = None
    column: int | None = None


class ProgramFailed(WorkFailed):
    """A program ended with an error.

    Attributes:
        file: Its file.
        line: The line that failed, where it is known.
        reason: The error.
    """

    def __init__(self, file: Path, line: int | None, reason: str, *, remedy: str) -> None:
        place = f", line {line}" if line else ""
        super().__init__(f"{file}{place}: {reason}.", remedy=remedy)
        self.file, self.line, self.reason = str(file), line, reason


def declared_by(program: Path, stack: str | None) -> list[Declared]:
    """Runs a program as in the preview of a new stack, and returns what it declares, by name.

    Nothing is asked of aiWARE: what the program looks up there is unknown.

    Args:
        program: A Python file, or the folder of a Pulumi project.
        stack: Takes the configuration from this stack's file.

    Raises:
        ConfigurationError: The stack has no file.
        ProgramFailed: The program failed.
    """
    main = main_of(program) if program.is_dir() else program
    if not main.is_file():
        raise ConfigurationError(f"There is no program at {main}.", remedy="Name a Python file, or a project's folder.")
    script = main.resolve()
    folder = script.parent
    project = Project(program.resolve() if program.is_dir() else folder)
    configuration = _configuration(project, stack)
    monitor = _Monitor()
    places = _Places(main, folder)

    def run() -> None:
        register_stack_transformation(places.note)
        runpy.run_path(str(script), run_name="__main__")

    async def as_pulumi_does() -> None:
        set_mocks(monitor.mocks, project=project.name, stack=stack or DEFAULT_STACK, preview=True, monitor=monitor)
        set_all_config(configuration)
        await run_pulumi_func(run)

    # What a program prints is not what the command finds.
    with _inside(folder), _without_automation(), contextlib.redirect_stdout(sys.stderr):
        try:
            asyncio.run(as_pulumi_does())
        except (Exception, SystemExit) as error:
            # A program can fail in any way; whoever runs it wants to know where.
            reason = traceback.format_exception_only(error)[-1].strip()
            lines = [frame.lineno for frame in _frames_in(script, error)] or [_syntax_line(script, error)]
            raise ProgramFailed(
                main,
                lines[-1],
                reason,
                remedy=f"It ran without aiWARE, with the configuration of the stack {stack or DEFAULT_STACK}; "
                "--stack NAME takes that of another.",
            ) from error
    settings = {key: value for key, value in configuration.items() if key.startswith(f"{NAMESPACE}:")}
    declared = []
    for each in monitor.declared:
        file, line, column = places.found.get((each.kind, each.name), ("", None, None))
        declared.append(replace(each, settings=settings, file=file, line=line, column=column))
    # They arrive in the order in which their properties came to be known, which may differ from run to run.
    return sorted(declared, key=lambda each: (each.name, each.kind))


def main_of(folder: Path) -> Path:
    """The file of a project's program: in the folder, or where its manifest says.

    Raises:
        ConfigurationError: The manifest cannot be read.
    """
    named = folder / str(Project(folder).manifest.get("main") or "")
    return named / "__main__.py" if named.is_dir() else named


def _frames_in(script: Path, error: BaseException) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(script)]


def _syntax_line(script: Path, error: BaseException) -> int | None:
    return error.lineno if isinstance(error, SyntaxError) and error.filename == str(script) else None


class _Places:
    """Notes which statement of a program declares which resource.

    Args:
        main: The program as it was named.
        folder: Where it is; what lies below is a part of it.
    """

    def __init__(self, main: Path, folder: Path) -> None:
        self._main = main
        self._folder = folder
        self.found: dict[tuple[str, str], tuple[str, int | None, int | None]] = {}

    def note(self, args: pulumi.ResourceTransformationArgs) -> None:
        """Takes note of a resource that is being declared: Pulumi calls this from its constructor."""
        for frame, line in traceback.walk_stack(None):
            file = Path(frame.f_code.co_filename)
            if self._is_own(file):
                positions = next(itertools.islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
                column = None if positions[2] is None else positions[2] + 1
                self.found[args.type_, args.name] = (
                    str(self._main.parent / file.relative_to(self._folder)),
                    line,
                    column,
                )
                return

    def _is_own(self, file: Path) -> bool:
        is_library = file.is_relative_to(_LIBRARY) or "site-packages" in file.parts
        return file.is_relative_to(self._folder) and not is_library


class _Mocks(Mocks):
    """Stands for Pulumi's engine: gives no resource an id, as in the preview of a new stack."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        # What is only read (`get`) is in aiWARE already.
        return (args.resource_id, {}) if READ_KEY in args.inputs else (None, args.inputs)

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None


class _Monitor(TidyMonitor):
    """Notes what a program declares."""

    def __init__(self) -> None:
        super().__init__(_Mocks())
        self.declared: list[Declared] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - Pulumi's own name
        if request.custom:  # a component is a name for what is in it
            properties = rpc.deserialize_properties(request.object)
            inputs = _without_secrecy(rpc.deserialize_properties(request.object, keep_unknowns=True))
            declared = Declared(request.type, request.name, properties, protected=request.protect, inputs=inputs)
            self.declared.append(declared)
        return super().RegisterResource(request)


def _without_secrecy(value: Any) -> Any:
    """A value without Pulumi's wrappings of what is secret."""
    if rpc.is_rpc_secret(value):
        return _without_secrecy(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: _without_secrecy(item) for key, item in value.items()}
    return [_without_secrecy(item) for item in value] if isinstance(value, list) else value


class _NoAutomation(ModuleType):
    """Stands for Pulumi's Automation API, with which a program would run stacks in earnest."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError("it runs stacks itself, by Pulumi's Automation API, which is not done here")


@contextlib.contextmanager
def _without_automation() -> Iterator[None]:
    """Keeps what is inside from running stacks."""
    from pulumi import automation

    stub = _NoAutomation(automation.__name__)
    sys.modules[automation.__name__] = vars(pulumi)["automation"] = stub
    try:
        yield
    finally:
        sys.modules[automation.__name__] = vars(pulumi)["automation"] = automation


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Runs what is inside as if it had been started in the folder, and lets it import from there."""
    before, path, modules = Path.cwd(), list(sys.path), set(sys.modules)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path
        # The next program may have modules of the same names.
        for name in sys.modules.keys() - modules:
            file = getattr(sys.modules[name], "__file__", None)
            is_own = file and Path(file).is_relative_to(folder) and "site-packages" not in Path(file).parts
            if is_own and name.partition(".")[0] not in modules:
                del sys.modules[name]


def _configuration(project: Project, stack: str | None) -> dict[str, str]:
    """The project's own values, and those of the stack's file; the default stack need not have one."""
    given = _defaults(project.manifest.get("config") or {})
    if stack or any(each.name == DEFAULT_STACK for each in project.stacks()):
        given |= project.stack(stack or DEFAULT_STACK).content().get("config") or {}
    return {key if ":" in key else f"{project.name}:{key}": _text(value) for key, value in given.items()}


def _defaults(config: dict[str, Any]) -> dict[str, Any]:
    """Reads the values that a project gives its stacks: plain, or inside a declaration."""
    values = {
        key: item.get("value", item.get("default")) if isinstance(item, dict) else item for key, item in config.items()
    }
    return {key: value for key, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if is_encrypted(value):
        return HIDDEN
    if isinstance(value, date):
        return str(value)
    # YAML has points in time, and JSON has not.
    return value if isinstance(value, str) else json.dumps(value, default=str)
