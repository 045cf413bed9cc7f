"""Running Pulumi, and killing what it consists of at a given moment."""

from __future__ import annotations

import contextlib
import re
import subprocess
import time
from collections.abc import Callable
from typing import NamedTuple

import psutil

from tests.faults.plan import Kill, Process
from tests.support.forked_python import wait_for_forks
from tests.support.local import Local
from tests.support.project import LONGEST, Project, Ran

LOOK_SECONDS = 0.03
LEFTOVER_SECONDS = 30.0
"""How long what a killed engine leaves behind may live on by itself, on a machine that is busy."""

_COMMANDS = {"program": "pulumi-language-python-exec", "provider": "pulumi.dynamic"}
_LANGUAGE_HOST = re.compile(r"pulumi-language-python( |$)")


class Ended(NamedTuple):
    """How a Pulumi command ended.

    Attributes:
        ran: Its exit code and output.
        killed: Whether something was killed; nothing is when the run comes to its end before the moment does.
        left: The commands of processes that it left running.
    """

    ran: Ran
    killed: bool
    left: list[str]


def run(project: Project, local: Local, arguments: tuple[str, ...], kill: Kill | None) -> Ended:
    """Runs a Pulumi command, and kills as told."""
    process = project.start(*arguments, forked=True)
    family = Family(process)
    killed = kill is not None and _killed(family, local, kill)
    left = family.wait()
    wait_for_forks(LEFTOVER_SECONDS)
    if kill is not None and kill.process == "machine":
        # It looks for its engine every five minutes, and nobody is left to end it: it may have been started just then.
        left = [each for each in left if not _LANGUAGE_HOST.search(each)]
    return Ended(Ran(process.returncode, (project.folder / "started.log").read_text()), killed, left)


class Family:
    """A Pulumi command with the processes that it started.

    Args:
        process: The engine.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._engine = psutil.Process(process.pid)
        self._met: set[psutil.Process] = set()

    @property
    def is_over(self) -> bool:
        """Whether the engine has ended."""
        return self._process.poll() is not None

    def members(self, wanted: Process) -> list[psutil.Process]:
        """The living processes of a kind."""
        self._meet()
        if wanted == "engine":
            return [] if self.is_over else [self._engine]
        if wanted == "machine":
            return [*([] if self.is_over else [self._engine]), *self._living()]
        return [member for member in self._living() if _COMMANDS[wanted] in _command(member)]

    def wait(self) -> list[str]:
        """Waits for the engine, then sees to it that nothing stays behind; tells what would have."""
        deadline = time.monotonic() + LONGEST
        while not self.is_over:
            assert time.monotonic() < deadline, f"Pulumi was not done within {LONGEST} s"
            self._meet()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.25)
        _, alive = psutil.wait_procs(self._living(), timeout=LEFTOVER_SECONDS)
        left = [_command(member) for member in alive]
        for member in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(alive, timeout=LEFTOVER_SECONDS)
        return [command for command in left if command]

    def _meet(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            self._met.update(self._engine.children(recursive=True))

    def _living(self) -> list[psutil.Process]:
        return [member for member in self._met if member.is_running() and not _is_server(member)]


def _killed(family: Family, local: Local, kill: Kill) -> bool:
    local.fault(kill.during.action, operation=kill.during.operation, after=kill.during.after)
    if not _until(lambda: all(each["action"] != kill.during.action for each in local.faults()), family):
        return False
    if not _until(lambda: bool(family.members(kill.process)), family):
        return False
    for _ in range(2 if kill.again else 1):
        for member in family.members(kill.process):
            with contextlib.suppress(psutil.NoSuchProcess):
                member.send_signal(kill.signal)
    return True


def _until(is_so: Callable[[], bool], family: Family) -> bool:
    """Waits until something is so, or the command has ended."""
    while not is_so():
        if family.is_over:
            return False
        time.sleep(LOOK_SECONDS)
    return True


def _command(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return " ".join(process.cmdline())
    return ""


def _is_server(process: psutil.Process) -> bool:
    """Whether it is the local aiWARE, which outlives whoever started it."""
    return "aiware_local" in _command(process)
