"""All checks, in the order in which one rests on another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from aiware_resources.api import Api
from aiware_resources.cli.diagnosis import server
from aiware_resources.cli.diagnosis.checkpoints import checkpoints
from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.cli.diagnosis.local import local_aiware, translation
from aiware_resources.cli.diagnosis.packages import packages
from aiware_resources.cli.diagnosis.project import (
    ReadConfig,
    backend,
    prices,
    refresh,
    stack_configuration,
    stack_files,
)
from aiware_resources.cli.diagnosis.toolchain import processes, toolchain
from aiware_resources.cli.diagnosis.variables import beside_the_project, beside_the_stack
from aiware_resources.errors import ConfigurationError
from aiware_resources.reconcile.explicit import recorded_providers
from aiware_resources.settings import LOCAL, Settings
from aiware_resources.settings.keys import PROVIDER_KEY
from aiware_resources.settings.model import sources_of
from aiware_resources.settings.project import Project

Connect = Callable[[Settings], Api]
Resources = Sequence[Mapping[str, Any]]
ReadState = Callable[[str], Resources]

_CORRECT = "Correct it with `pulumi config set`, or in the environment."


def diagnose(
    stack: str | None, read: ReadConfig, read_state: ReadState, connect: Connect, folder: Path
) -> Iterator[Finding]:
    """Looks at all that the project needs, one thing after the other. Changes nothing, and starts nothing.

    Args:
        stack: The stack that is looked at; ``None`` for the settings of the environment.
        read: Reads a stack's configuration.
        read_state: Reads the resources of a stack, secrets in clear.
        connect: Connects to aiWARE.
        folder: Where the project is, or a folder inside.
    """
    cli = yield from toolchain()
    found, project = _project(folder)
    yield found
    if project is not None:
        yield from packages(project, cli)
        yield from stack_files(project, stack)
        yield refresh(project)
        yield processes(project.folder)
        yield from beside_the_project(project, stack)
    yield from backend(project)
    config: Mapping[str, str] | None = {}
    if stack is not None:
        read_stack, config = stack_configuration(project, stack, read)
        yield read_stack
    if config is None:
        yield warn("settings", "not looked at, since the stack cannot be read", None)
        return
    if stack is not None:
        yield from beside_the_stack(stack, config)
    resources = _recorded(stack, read_state)
    yield checkpoints(config, resources)
    if named := str(sources_of(config, os.environ).get("prices", ("", ""))[1]).strip():
        yield prices(named, project.folder if project else None)
    source = f"the stack {stack}" if stack else "the environment (`aiware -s STACK doctor` looks at a stack)"
    yield from _aiware(config, source, connect)
    for each in recorded_providers(resources).values():
        yield from _aiware(each, f"the provider {each[PROVIDER_KEY]}", connect)


def _recorded(stack: str | None, read: ReadState) -> Resources:
    try:
        return read(stack) if stack is not None else ()
    except ConfigurationError:
        # A stack that has not been deployed has none; what is wrong with the backend, its own check says.
        return ()


def _project(folder: Path) -> tuple[Finding, Project | None]:
    try:
        project = Project.around(folder)
    except ConfigurationError as error:
        return warn("project", error.message, error.remedy), None
    try:
        return ok("project", f"{project.name}, in {project.folder}"), project
    except ConfigurationError as error:
        return fail("project", error.message, "Correct it: nothing can be done with the project as it is."), None


def _aiware(config: Mapping[str, str], source: str, connect: Connect) -> Iterator[Finding]:
    try:
        settings = Settings.from_mapping(config)
    except ConfigurationError as error:
        yield fail("settings", error.message, error.remedy or _CORRECT)
        yield warn("endpoint", "not looked at, since the settings cannot be used", None)
        return
    yield ok("settings", f"{settings.api} API at {settings.endpoint}, by {source}")
    if settings.endpoint == LOCAL:
        finding, runs = local_aiware()
        yield finding
        yield translation()
        if not runs:
            return
    try:
        api = connect(settings)
    except ConfigurationError as error:
        yield fail("settings", error.message, error.remedy or _CORRECT)
        return
    reachable, reached = server.endpoint(api.url, settings.headers)
    yield reachable
    if reached is None:
        return
    yield server.clock(reached)
    found = server.token(api)
    yield found
    if found.status != "fail":
        yield server.rights(api)
