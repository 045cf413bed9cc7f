"""``aiware new``: a Pulumi project of the user's own, made from the template that the library ships.

`pulumi new` takes the same template, from its folder or from its address in the repository.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from aiware_resources.cli import pulumi_command
from aiware_resources.cli.framework.options import examples, json_option
from aiware_resources.cli.framework.printing import print_json
from aiware_resources.cli.framework.session import Session

TEMPLATE = Path(__file__).resolve().parents[1] / "template"
PACKAGE = "aiware-pipelines"
STACK = "local"
"""The stack that works at once."""

_STATE = ".pulumi-state"
_BACKEND = f"""backend:
  # The states of the stacks are in this folder. For a team: a bucket (s3://...), or Pulumi Cloud (https://api.pulumi.com).
  url: file://./{_STATE}?metadata=skip
"""
_ENVIRONMENT = ".venv"
_TOLERATED = {".git", _ENVIRONMENT}
"""What may be in the folder already."""
_PASSPHRASE = ".passphrase"  # noqa: S105 - a file's name
_PASSPHRASE_VARIABLES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")

_LONGEST_NAME = 100
_TAKEN = {"aiware": "the settings of the library", "pulumi": "Pulumi"}
"""Namespaces of configuration, which a project's name is as well."""


def _project_name(ctx: click.Context, parameter: click.Parameter, name: str) -> str:
    """Checks a name as Pulumi does, and that it is free as a namespace."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name) or len(name) > _LONGEST_NAME or not name.strip("."):
        raise click.BadParameter(
            f"{name!r} cannot be the name of a project: use letters, digits, hyphens, underscores and periods, "
            f"{_LONGEST_NAME} of them at most."
        )
    namespace = name.lower().partition(".")[0]
    if namespace in _TAKEN:
        raise click.BadParameter(f"{name} is taken by {_TAKEN[namespace]}: choose another name.")
    return name


@click.command(epilog=examples("aiware new captions", "aiware new meeting-captions --dir captions"))
@click.argument("name", callback=_project_name)
@click.option("-d", "--dir", "directory", metavar="DIRECTORY", help="Make it in this folder; NAME when left out.")
@click.option("--description", default="Recordings and their captions, by aiWARE.", help="Describe the project.")
@json_option()
@click.pass_obj
def new(session: Session, name: str, directory: str | None, description: str, as_json: bool) -> None:
    """Make a Pulumi project of your own.

    It has a program that transcribes a recording, a stack for the local aiWARE, one to fill in, a test, and workflows
    for CI. Prints the commands that run it. The folder must be missing, or empty but for .git and .venv. Nothing is
    downloaded.

    The states of the stacks are in the folder, unless PULUMI_BACKEND_URL is set. The passphrase of their secrets is in
    its file .passphrase, unless PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE is set. Its virtual
    environment is the one that this command runs in, if it runs in one.
    """
    folder = Path(directory or name)
    if folder.exists() and not (folder.is_dir() and all(each.name in _TOLERATED for each in folder.iterdir())):
        raise click.UsageError(f"{folder} is not an empty folder: choose another one with --dir.")
    with _removed_on_failure(folder):
        requirement = _requirement()
        _write(folder, name, description, requirement)
        _link_environment(folder / _ENVIRONMENT)
        has_passphrase = any(variable in os.environ for variable in _PASSPHRASE_VARIABLES)
        if not has_passphrase:
            _write_passphrase(folder / _PASSPHRASE)
        has_stack = _init_stack(folder, has_passphrase)
    steps = steps_to_captions(folder, has_passphrase, has_stack)
    if as_json:
        files = sorted(path.relative_to(folder).as_posix() for path in files_of(folder))
        print_json({"name": name, "folder": str(folder), "files": files, "commands": steps})
        return
    if requirement and " @ file:" in requirement:
        session.note(
            f"requirements.txt names the library by a path of this machine, which others do not have: {requirement}"
        )
    if not has_stack:
        session.note(f"There is no `pulumi` on PATH. Install it first: {pulumi_command.INSTALL_PULUMI}")
    click.echo(f"Made {folder}. To transcribe its recording with the local aiWARE:\n")
    for step in steps:
        click.echo(f"  {step}")
    click.echo(f"\nThe captions are then in {folder / 'out' / STACK}. {folder / 'README.md'} says how to go on.")


@contextmanager
def _removed_on_failure(folder: Path) -> Iterator[None]:
    """Makes the folder, where it is missing; leaves it as it was when what is done with it fails."""
    was_there = folder.exists()
    folder.mkdir(exist_ok=True)
    before = {*folder.iterdir()}
    try:
        yield
    except BaseException:
        for each in {*folder.iterdir()} - before:
            shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()
        if not was_there:
            folder.rmdir()
        raise


def files_of(folder: Path) -> Iterator[Path]:
    """The files of a project; what Python or Pulumi has written by itself is left out."""
    written = {"__pycache__", ".pulumi", *_TOLERATED}
    return (path for path in folder.rglob("*") if path.is_file() and not written & {*path.relative_to(folder).parts})


def _write(folder: Path, name: str, description: str, requirement: str | None) -> None:
    for source in files_of(TEMPLATE):
        content = source.read_bytes()
        # As `pulumi new` does: in YAML the values are those of YAML.
        as_written = json.dumps if source.suffix == ".yaml" else str
        for placeholder, value in (("${PROJECT}", name), ("${DESCRIPTION}", description)):
            content = content.replace(placeholder.encode(), as_written(value).encode())
        target = folder / source.relative_to(TEMPLATE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    manifest, requirements = folder / "Pulumi.yaml", folder / "requirements.txt"
    of_project = manifest.read_text(encoding="utf-8").partition("template:\n")[0]
    manifest.write_text(of_project + _BACKEND, encoding="utf-8")
    if requirement:
        unpinned = re.compile(rf"^{PACKAGE}\[local\]$", re.MULTILINE)
        text = unpinned.sub(lambda _: requirement, requirements.read_text(encoding="utf-8"))
        requirements.write_text(text, encoding="utf-8")
    # Pulumi makes no folder for states; git takes it along, and not what is in it.
    (folder / _STATE).mkdir()
    (folder / _STATE / ".gitignore").write_text("*\n!.gitignore\n", encoding="utf-8")


def _requirement() -> str | None:
    """The library as it is installed here, for pip: a version, or where it came from; ``None`` if it is not."""
    try:
        library = distribution(PACKAGE)
    except PackageNotFoundError:
        return None
    origin = library.read_text("direct_url.json")
    return f"{PACKAGE}[local] @ {_address(json.loads(origin))}" if origin else f"{PACKAGE}[local]=={library.version}"


def _address(origin: dict[str, Any]) -> str:
    """The address that pip noted down when it installed a package from elsewhere than an index (PEP 610)."""
    control = origin.get("vcs_info")
    address = f"{control['vcs']}+{origin['url']}@{control['commit_id']}" if control else str(origin["url"])
    return f"{address}#subdirectory={origin['subdirectory']}" if "subdirectory" in origin else address


def _link_environment(path: Path) -> None:
    """Makes the virtual environment that this command runs in that of the project: it has all that a program needs.

    Where there is none, or no pip in it, which Pulumi asks for the packages, or no links, Pulumi makes the project an
    environment of its own.
    """
    if sys.prefix != sys.base_prefix and find_spec("pip") and not path.exists():
        with suppress(OSError):
            path.symlink_to(sys.prefix, target_is_directory=True)


def _is_active() -> bool:
    """Says whether ``python3`` is that of the environment that this command runs in."""
    found = shutil.which("python3") or shutil.which("python")
    return found is not None and Path(found).parent == Path(sys.executable).parent


def _write_passphrase(path: Path) -> None:
    path.touch(mode=0o600)
    path.write_text(f"{secrets.token_urlsafe(32)}\n", encoding="utf-8")


def _init_stack(folder: Path, has_passphrase: bool) -> bool:
    """Makes the stack, if there is a ``pulumi`` to do so.

    Returns:
        Whether there is.

    Raises:
        ConfigurationError: The stack could not be made.
    """
    if shutil.which("pulumi") is None:
        return False
    file = {} if has_passphrase else {_PASSPHRASE_VARIABLES[1]: str((folder / _PASSPHRASE).resolve())}
    pulumi_command.init_stack(folder, STACK, file)
    return True


def steps_to_captions(
    folder: Path, has_passphrase: bool, has_stack: bool, *, is_posix: bool = os.name == "posix"
) -> list[str]:
    """The commands that lead from the current folder to captions.

    Args:
        folder: The folder of the project.
        has_passphrase: Whether the environment has a passphrase.
        has_stack: Whether the stack is made.
        is_posix: Whether the commands are for a shell of POSIX; otherwise they are for PowerShell.
    """
    enter = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    if is_posix and (folder / _ENVIRONMENT).exists() and not _is_active():
        enter.append(f". {_ENVIRONMENT}/bin/activate")
    if not has_passphrase and is_posix:
        enter.append(f'export {_PASSPHRASE_VARIABLES[1]}="$PWD/{_PASSPHRASE}"')
    elif not has_passphrase:
        enter.append(f'$env:{_PASSPHRASE_VARIABLES[1]} = "$PWD\\{_PASSPHRASE}"')
    together = (" && " if is_posix else "; ").join(enter)
    init = [] if has_stack else [f"pulumi stack init {STACK}"]
    return [*([together] if together else []), *init, f"pulumi up --stack {STACK} --yes"]
