"""Running a Pulumi program without Pulumi's engine and without aiWARE, to see what it declares."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pulumi.runtime import Mocks, set_all_config, set_mocks
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs
from pulumi.runtime.stack import run_pulumi_func

from aiware_resources.errors import ConfigurationError, WorkFailed
from aiware_resources.reconcile.mocks import TidyMonitor
from aiware_resources.reconcile.provider import READ_KEY
from aiware_resources.settings.project import Project, is_encrypted

DEFAULT_STACK = "local"
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
    """

    kind: str
    name: str
    properties: dict[str, Any]
    protected: bool = False


def declared_by(program: Path, stack: str | None) -> list[Declared]:
    """Runs a program as in the preview of a new stack, and returns what it declares, by name.

    Nothing is asked of aiWARE: what the program looks up there is unknown.

    Args:
        program: A Python file, or the folder of a Pulumi project.
        stack: Takes the configuration from this stack's file.

    Raises:
        ConfigurationError: The stack has no file.
        WorkFailed: The program failed.
    """
    main = program / "__main__.py" if program.is_dir() else program
    if not main.is_file():
        raise ConfigurationError(f"There is no program at {main}.", remedy="Name a Python file, or a project's folder.")
    script = main.resolve()
    folder = script.parent
    project = Project(folder)
    configuration = _configuration(project, stack)
    recorder = _Recorder()
    monitor = _Monitor(recorder)

    def run() -> None:
        runpy.run_path(str(script), run_name="__main__")

    async def as_pulumi_does() -> None:
        set_mocks(recorder, project=project.name, stack=stack or DEFAULT_STACK, preview=True, monitor=monitor)
        set_all_config(configuration)
        await run_pulumi_func(run)

    with _inside(folder):
        try:
            asyncio.run(as_pulumi_does())
        except (Exception, SystemExit) as error:
            # A program can fail in any way; whoever runs it wants to know where.
            reason = "".join(traceback.format_exception_only(error)).strip()
            place = "".join(f", line {frame.lineno}" for frame in _frames_in(script, error)[-1:])
            raise WorkFailed(
                f"{main}{place}: {reason}.",
                remedy=f"It ran without aiWARE, with the configuration of the stack {stack or DEFAULT_STACK}; "
                "`aiware --stack NAME dag ...` takes that of another.",
            ) from error
    # They arrive in the order in which their properties came to be known, which may differ from run to run.
    declared = [replace(each, protected=(each.kind, each.name) in monitor.protected) for each in recorder.declared]
    return sorted(declared, key=lambda each: (each.name, each.kind))


def _frames_in(script: Path, error: BaseException) -> list[traceback.FrameSummary]:
    return [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(script)]


class _Recorder(Mocks):
    """Stands for Pulumi's engine: notes every resource, and gives none an id, as in the preview of a new stack."""

    def __init__(self) -> None:
        self.declared: list[Declared] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if READ_KEY in args.inputs:
            # What is only read (`get`) is in aiWARE already; the program does not declare it.
            return args.resource_id, {}
        self.declared.append(Declared(args.typ, args.name, args.inputs))
        return None, args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        return {}, None


class _Monitor(TidyMonitor):
    """Notes what only the request for a resource tells."""

    def __init__(self, recorder: _Recorder) -> None:
        super().__init__(recorder)
        self.protected: set[tuple[str, str]] = set()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - Pulumi's own name
        if request.protect:
            self.protected.add((request.type, request.name))
        return super().RegisterResource(request)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Runs what is inside as if it had been started in the folder, and lets it import from there."""
    before, path = Path.cwd(), list(sys.path)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        sys.path[:] = path


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
