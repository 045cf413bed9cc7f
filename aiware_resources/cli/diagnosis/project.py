"""The project's files, where Pulumi keeps its state, and whether a stack's configuration can be read."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from aiware_resources.cli.diagnosis.finding import Finding, fail, ok, warn
from aiware_resources.cli.diagnosis.locks import locks
from aiware_resources.cli.diagnosis.toolchain import run
from aiware_resources.cli.estimating import prices_file
from aiware_resources.cli.pulumi_command import LOG_IN
from aiware_resources.errors import ConfigurationError
from aiware_resources.estimates.prices import Prices
from aiware_resources.reconcile.backend import folder_of
from aiware_resources.settings.keys import key_of
from aiware_resources.settings.project import MANIFEST, Project
from aiware_resources.stacks.checking import check_stacks
from aiware_resources.text.words import counted

ReadConfig = Callable[[str], Mapping[str, str]]
"""Reads a stack's whole configuration, secrets in clear."""

_SHELL = 'In a clone of the library: eval "$(make -s env)"'


def stack_files(project: Project, stack: str | None) -> Iterator[Finding]:
    """Checks the files of all stacks, or of one."""
    try:
        stacks = [project.stack(stack)] if stack else project.stacks()
        problems = [problem for problem in check_stacks(project, stacks) if not problem.is_hint]
    except ConfigurationError as error:
        yield fail("stack files", error.message, error.remedy)
        return
    if problems:
        first = f"{problems[0].file.name}: {problems[0].key} {problems[0].sentence}"
        count = counted(len(problems), "problem")
        yield fail("stack files", f"{count}, the first: {first}", "`aiware stacks check` shows all of them.")
    elif not stacks:
        yield warn("stack files", f"there are none in {project.stacks_folder}", "Make one: docs/stacks.md tells how.")
    else:
        yield ok("stack files", ", ".join(each.name for each in stacks))


def prices(named: str, folder: Path | None) -> Finding:
    """Checks the file of prices, for reports of previews."""
    file = prices_file(named, folder)
    try:
        found = Prices.read(file)
    except ConfigurationError as error:
        return fail("prices", error.message, error.remedy or f"Correct it, or {key_of('prices')}, which names it.")
    counts = f"{counted(len(found.engines), 'engine')}, {len(found.categories):,} by category"
    return ok("prices", f"{file}, in {found.currency}: {counts}")


def refresh(project: Project) -> Finding:
    """Checks that Pulumi reads aiWARE before it compares."""
    if project.refreshes:
        return ok("refresh", f"{MANIFEST} has Pulumi read aiWARE before each preview and update")
    said = f"{MANIFEST} does not say `refresh: always`: `pulumi preview` and `pulumi up` do not see drift"
    return warn("refresh", said, f"Add to {project.folder / MANIFEST}: options: {{refresh: always}}")


def backend(project: Project | None) -> Iterator[Finding]:
    """Asks Pulumi where it keeps its state, and as whom it is logged in there."""
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        return
    folder = project.folder if project else None
    succeeded, said = run([pulumi, "whoami", "--verbose", "--json", "--non-interactive"], folder)
    if not succeeded:
        yield fail("state backend", _first_line(said), LOG_IN)
        return
    found = json.loads(said)
    url = found.get("url") or ""
    yield ok("state backend", f"{_without_secrets(url) or 'its address is not told'}, as {found.get('user', 'nobody')}")
    states = folder_of(url)
    if states is not None:
        yield from _half_written(states)
        if project is not None:
            yield from locks(states, project)


def _without_secrets(url: str) -> str:
    """An address without what may hold a password: that of a database, for one, names its user."""
    return re.sub(r"(?<=//)[^/?#]*@", "", url).partition("?")[0]


def _half_written(folder: Path) -> Iterator[Finding]:
    """Metadata beside a file of state, which an engine killed in the midst of it has left half-written."""
    broken = [file for file in sorted(folder.rglob("*.attrs")) if not _is_json(file)]
    for file in broken:
        state = file.with_suffix("")
        yield fail(
            "state",
            f"Pulumi cannot read {state}: an engine was killed while it wrote the metadata beside it",
            f"rm '{file}' (the state itself is whole). `?metadata=skip` after the backend's URL leaves them out.",
        )


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def stack_configuration(
    project: Project | None, stack: str, read: ReadConfig
) -> tuple[Finding, Mapping[str, str] | None]:
    """Reads the configuration of a stack, decrypting its secrets.

    Returns:
        What was found, and the configuration; ``None`` when it cannot be read.
    """
    if shutil.which("pulumi") is None:
        return warn("stack", f"{stack} was not looked at, since there is no `pulumi` to read it with", None), None
    try:
        config = read(stack)
    except ConfigurationError as error:
        return fail("stack", _first_line(error.message), _unreadable(error, stack)), None
    secrets = "its secrets can be decrypted" if has_secrets(project, stack) else "it has no secrets"
    return ok("stack", f"{stack} can be read; {secrets}"), config


def _unreadable(error: ConfigurationError, stack: str) -> str | None:
    message = error.message.lower()
    if "passphrase" in message:
        return f"Set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE, to that of the stack {stack}. {_SHELL}"
    if "no stack named" in message:
        return f"Make it: pulumi stack init {stack}"
    return error.remedy


def has_secrets(project: Project | None, stack: str) -> bool:
    try:
        return project is not None and project.stack(stack).has_secrets()
    except ConfigurationError:
        # A stack need not have a file, and the stack files are a check of their own.
        return False


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0].removeprefix("error: ") if lines else "it said nothing"
