"""Environment variables beside the project and the stack: which of them count, and which do not. No value is shown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from aiware_resources.cli.diagnosis.finding import Finding, ok, warn
from aiware_resources.cli.diagnosis.project import has_secrets
from aiware_resources.errors import ConfigurationError
from aiware_resources.reconcile.backend import folder_of
from aiware_resources.settings import LOCAL, Settings
from aiware_resources.settings.credentials import CREDENTIALS
from aiware_resources.settings.keys import key_of, variable_of
from aiware_resources.settings.model import sources_of
from aiware_resources.settings.project import MANIFEST, Project

CHECK = "environment"

BACKEND = "PULUMI_BACKEND_URL"
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 - a name
PASSPHRASE_FILE = "PULUMI_CONFIG_PASSPHRASE_FILE"  # noqa: S105 - a name

_OF_CREDENTIALS = frozenset({"headers", *(name for kind in CREDENTIALS for name in kind)})
"""What is meant for one aiWARE, and not for another."""


def beside_the_project(project: Project, stack: str | None) -> Iterator[Finding]:
    """Looks at Pulumi's variables: another backend than the project's, and a passphrase that is missing.

    Args:
        project: The project.
        stack: The stack that is looked at; ``None`` for all. If it has secrets, a missing passphrase is seen by
            decrypting them.
    """
    backend = project.manifest.get("backend")
    named = str(backend.get("url") or "") if isinstance(backend, Mapping) else ""
    given = os.environ.get(BACKEND, "")
    if named and given and _place(given, project) != _place(named, project):
        said = f"{BACKEND} goes before the backend that {MANIFEST} names, and is another one"
        yield warn(CHECK, said, f"If the project's is meant: unset {BACKEND}")
    if stack is None:
        yield from _passphrase(project, [each.name for each in project.stacks()])
    elif not has_secrets(project, stack):
        yield from _passphrase(project, [stack])


def beside_the_stack(stack: str, config: Mapping[str, str]) -> Iterator[Finding]:
    """Looks at the variables of the settings: those that a stack overrides, and those that complete it.

    Args:
        stack: The stack.
        config: Its configuration.
    """
    own = {key: value for key, value in config.items() if str(value).strip()}
    given = {name for name in Settings.model_fields if os.environ.get(variable_of(name), "").strip()}
    sources = sources_of(own, os.environ)
    used = {name for name in given if name in sources and sources[name][0] == variable_of(name)}
    is_local = "endpoint" in sources and str(sources["endpoint"][1]).strip() == LOCAL
    # The local aiWARE has credentials of its own, whatever the shell has for others.
    passed_over = {name for name in given - used if not (is_local and name in _OF_CREDENTIALS)}
    overridden = {name for name in passed_over if own.get(key_of(name)) != os.environ[variable_of(name)].strip()}
    if overridden:
        said = f"the stack {stack} goes before the environment, which has other values: {_listed(overridden)}"
        yield warn(CHECK, said, f"Unset what is not for this stack; to use it, `pulumi config rm KEY --stack {stack}`.")
    if "endpoint" in overridden and (lent := used & _OF_CREDENTIALS):
        said = f"{_listed(lent)} may be for the aiWARE of {variable_of('endpoint')}, and is sent to that of the stack"
        yield warn(CHECK, said, f"See whose it is there: aiware -s {stack} whoami")
    if "endpoint" in used:
        said = f"{variable_of('endpoint')} decides which aiWARE the stack {stack} is for, and other shells may differ"
        remedy = f"Write it into the stack: pulumi config set {key_of('endpoint')} ADDRESS --stack {stack}"
        yield warn(CHECK, said, remedy)
    if others := used - {"endpoint"}:
        yield ok(CHECK, f"the stack {stack} is completed by {_listed(others)}")


def _passphrase(project: Project, stacks: Iterable[str]) -> Iterator[Finding]:
    file = os.environ.get(PASSPHRASE_FILE, "")
    if PASSPHRASE in os.environ or (file and Path(file).is_file()):
        return
    encrypted = [stack for stack in stacks if _asks_for_passphrase(project, stack)]
    if encrypted:
        state = f"{PASSPHRASE_FILE} names a file that is missing" if file else f"{PASSPHRASE} is not set"
        said = f"{state}: Pulumi asks for the passphrase of {', '.join(encrypted)}, and fails without a terminal"
        yield warn(CHECK, said, f"Set {PASSPHRASE}, or {PASSPHRASE_FILE} to the name of a file that holds it.")


def _asks_for_passphrase(project: Project, stack: str) -> bool:
    try:
        return "encryptionsalt" in project.stack(stack).content()
    except ConfigurationError:
        # The stack files are a check of their own.
        return False


def _place(address: str, project: Project) -> str:
    folder = folder_of(address)
    return str((project.folder / folder).resolve()) if folder else address.partition("?")[0].rstrip("/")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(variable_of(name) for name in names))
