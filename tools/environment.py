"""The environment that the project's commands run in: PATH, and where Pulumi keeps state and finds the passphrase.

    environment.py --stack local                  prints it as code for eval, or for PowerShell
    environment.py --stack local -- pulumi up     runs a command in it

State and secrets of the stack `local` stay in this folder. For any other stack, PULUMI_BACKEND_URL and
PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE are left as they are set; what is not set is as for `local`.
Pulumi writes the state of a stack with markers at the end of a run only, unless PULUMI_SKIP_CHECKPOINTS says otherwise.
tools/setup.py makes what the environment names.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

PROJECT = Path(__file__).resolve().parents[1]
STATE = PROJECT / ".pulumi-state"
BACKEND = f"{STATE.as_uri()}?metadata=skip"
"""Without metadata beside each state: Pulumi, killed while it writes them, could read neither again."""
PASSPHRASE = PROJECT / ".passphrase"
LOCAL = "local"
SHELLS = ("posix", "powershell")


def main() -> int:
    parser = argparse.ArgumentParser(description="Prints the environment of the project's commands, or runs one in it.")
    parser.add_argument("--stack", default=LOCAL, help="the stack that the commands are for")
    parser.add_argument("--shell", choices=SHELLS, default=SHELLS[os.name == "nt"], help="what the code is for")
    parser.add_argument("command", nargs="*", help="a command to run; without one, shell code is printed")
    arguments = parser.parse_args()
    changes = for_stack(arguments.stack, os.environ, folder_of_built_cli())
    if arguments.command:
        become(arguments.command, changes)
    warn_of_other_backend(os.environ, changes)
    print(powershell_code(changes) if arguments.shell == "powershell" else shell_code(changes))
    return 0


def for_stack(stack: str, environ: Mapping[str, str], built_cli: Path | None) -> dict[str, str | None]:
    """What the environment must become for a stack.

    Args:
        stack: Name of the stack.
        environ: The environment as it is.
        built_cli: Folder of the Pulumi CLI that was built here; None where an installed one is used.

    Returns:
        New values by name; None for a variable that must go.
    """
    venv = Path(sysconfig.get_path("scripts", "venv", {"base": str(PROJECT / ".venv")}))
    programs = [venv, *([built_cli] if built_cli else [])]
    changes: dict[str, str | None] = {
        "PATH": path_with(programs, environ.get("PATH", "")),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # After every step, Pulumi would write the whole state. What a killed run made is found by its markers. Where
        # there are none, no value counts: a shell may have that of another stack.
        "PULUMI_SKIP_CHECKPOINTS": (
            environ.get("PULUMI_SKIP_CHECKPOINTS", "true") if _has_markers(stack, environ) else "false"
        ),
    }
    if built_cli and "PULUMI_HOME" not in environ:
        # Somebody who never installed Pulumi does not expect a ~/.pulumi.
        changes["PULUMI_HOME"] = str(built_cli.parent / "home")
    if stack == LOCAL or "PULUMI_BACKEND_URL" not in environ:
        changes["PULUMI_BACKEND_URL"] = BACKEND
    if stack == LOCAL or not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & environ.keys():
        changes["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(PASSPHRASE)
        changes["PULUMI_CONFIG_PASSPHRASE"] = None  # It would go before the file.
    return changes


def _has_markers(stack: str, environ: Mapping[str, str]) -> bool:
    """Whether what a killed run has made can be found again (`aiware:markers`)."""
    file = PROJECT / "stacks" / f"Pulumi.{stack.rpartition('/')[2]}.yaml"
    settings = file.read_text(encoding="utf-8") if file.is_file() else ""
    is_off = re.search(r"^\s+[\"']?aiware:markers[\"']?:\s*[\"']?false\b", settings, re.IGNORECASE | re.MULTILINE)
    return not is_off and environ.get("AIWARE_MARKERS", "").strip().lower() != "false"


def path_with(folders: list[Path], search_path: str) -> str:
    """PATH with folders in front, each in it once however often this is done."""
    first = [str(folder) for folder in folders]
    rest = [part for part in search_path.split(os.pathsep) if part and part not in first]
    return os.pathsep.join([*first, *rest])


def folder_of_built_cli() -> Path | None:
    """Asks the build script where it builds to; None where an installed CLI will do."""
    script = PROJECT / "tools" / "pulumi-cli" / "build.py"
    answer = subprocess.run([sys.executable, script, "--where"], stdout=subprocess.PIPE, text=True, check=True)
    return Path(answer.stdout.strip()) if answer.stdout.strip() else None


def shell_code(changes: Mapping[str, str | None]) -> str:
    """Shell code (POSIX) that makes the changes."""
    return "\n".join(
        f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}" for name, value in changes.items()
    )


def powershell_code(changes: Mapping[str, str | None]) -> str:
    """Code of PowerShell that makes the changes."""
    return "\n".join(
        f"Remove-Item Env:{name} -ErrorAction Ignore" if value is None else f"$env:{name} = {_quoted(value)}"
        for name, value in changes.items()
    )


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def become(command: list[str], changes: Mapping[str, str | None]) -> NoReturn:
    """Becomes the command, in the changed environment, so that signals and exit code are the command's own.

    Raises:
        SystemExit: There is no such command.
    """
    environ = {name: value for name, value in {**os.environ, **changes}.items() if value is not None}
    program = shutil.which(command[0], path=environ["PATH"])
    if program is None:
        say(f"There is no `{command[0]}` on PATH. `make setup`, or `python tools/setup.py`, installs what is missing.")
        raise SystemExit(127)
    if hasattr(os, "fork"):
        os.execve(program, command, environ)
    # Windows starts another process, and lets the shell go on at once. Ctrl-C reaches the command by itself.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(subprocess.run([program, *command[1:]], env=environ, check=False).returncode)


def warn_of_other_backend(environ: Mapping[str, str], changes: Mapping[str, str | None]) -> None:
    """Tells that this shell leaves the user's own backend, which a later command for another stack would miss."""
    before, after = environ.get("PULUMI_BACKEND_URL"), changes.get("PULUMI_BACKEND_URL")
    if before and after and before != after:
        say(
            "Note: PULUMI_BACKEND_URL was set, and this shell now uses the local state in .pulumi-state instead. "
            'For another stack, use a new shell and: eval "$(STACK=dev make -s env)"'
        )


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
