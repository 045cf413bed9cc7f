"""Pulumi's processes for Python do not outlive their engine.

An engine starts a language host, which runs the program, and one provider host or more, each below a shell script.
When the engine is killed, they live on: Pulumi's language host looks for it every five minutes, its provider host
never. What a provider host went on to create nobody would record, and the next run, which may have begun already, would
create it too. A program would wait for jobs that nobody asks about.

So each provider host and each program that uses this library watches its engine, and ends at once when the engine is
gone. Before it does so, it ends the others of that engine, since not all of them run code of this library: after a
refresh, for one, an engine starts a second provider host and may never call it.

Every process of an engine carries the address at which the engine listens among its arguments. The engine is gone when
a connection to that address is refused. An engine that is busy, stopped or slow still takes connections.
"""

from __future__ import annotations

import contextlib
import gc
import os
import re
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path, PurePath
from types import TracebackType
from typing import Literal

import grpc
import psutil

Role = Literal["language host", "program", "provider host"]

_ADDRESS = re.compile(r"(.+):(\d+)")
_LOOK_SECONDS = 2.0
"""Time between two connections to the engine's address."""
_CONFIRM_SECONDS = 0.1
"""Pause before the second of two refusals that count as one."""
_CONNECT_SECONDS = 5.0

_GARBAGE = (50_000, 10, 20)
"""So many new objects are there before Python looks for garbage among them; see `gc.set_threshold`."""


@dataclass(frozen=True)
class PulumiProcess:
    """A process that an engine started to run Python.

    Attributes:
        process: The process.
        role: What it is for.
        engine: Address of its engine, as ``host:port``.
    """

    process: psutil.Process
    role: Role
    engine: str

    @property
    def folder(self) -> str | None:
        """The folder that it works in; ``None`` when that cannot be read."""
        with contextlib.suppress(psutil.Error):
            return self.process.cwd()
        return None

    def works_in(self, folder: Path | None) -> bool:
        """Whether it works in a folder, or below it; ``None`` stands for any."""
        return folder is None or (self.folder is not None and Path(self.folder).is_relative_to(folder.resolve()))


@cache
def end_with_engine(engine: str | None = None) -> None:
    """Ends this process as soon as its engine is gone, if it is a provider host or a program that an engine started.

    Does nothing in any other process, such as one with an inline program of Pulumi's Automation API.

    Args:
        engine: Address of the engine, where nothing else on the command line tells that one has started this process.
    """
    found = _recognized(sys.orig_argv)
    address = found[1] if found else engine
    if address is not None and _ADDRESS.fullmatch(address) and not _is_refused(address):
        threading.Thread(target=_watch, args=[address], name="aiware-engine-watch", daemon=True).start()
    if found and found[0] == "program":
        sys.excepthook = partial(_tell_unless_engine_is_gone, sys.excepthook)
        sys.unraisablehook = partial(_tell_unless_interrupted, sys.unraisablehook)


@cache
def look_less_for_garbage() -> None:
    """Has Python look less often for garbage, in a provider host or a program that an engine started.

    The outputs of a program's resources live as long as the program. By default, Python looks through all of them over
    and over, in a fifth of the time that a program with 400 jobs takes.
    """
    if _recognized(sys.orig_argv):
        gc.freeze()
        gc.set_threshold(*_GARBAGE)


def _tell_unless_engine_is_gone(
    tell: Callable[[type[BaseException], BaseException, TracebackType | None], object],
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Prints the traceback of a program, but not that of one which failed because its engine does not listen any more.

    An engine that fails closes its connections while the program still registers resources, and has told the user why
    by then. Pulumi's SDK cannot tell the engine of that, and Python would print how it tried. Nor does it help anybody
    where a program was when it was interrupted, by such an engine or from the terminal.
    """
    if isinstance(error, KeyboardInterrupt):
        return
    first = error
    while first.__context__ is not None:
        first = first.__context__
    if not (_is_about_the_connection(first) and _is_about_the_connection(error)):
        tell(kind, error, trace)


def _tell_unless_interrupted(
    tell: Callable[[sys.UnraisableHookArgs], object], unraisable: sys.UnraisableHookArgs
) -> None:
    """Prints an error that nothing can catch, but not that a program was interrupted which was ending already."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        tell(unraisable)


def _is_about_the_connection(error: BaseException) -> bool:
    closed = {grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE}
    return isinstance(error, grpc.RpcError) and isinstance(error, grpc.Call) and error.code() in closed


def left_behind(engine: str | None = None, folder: Path | None = None) -> list[PulumiProcess]:
    """This user's processes of engines that are gone.

    Args:
        engine: Address of the only engine to look at.
        folder: Only processes that work in this folder are looked at.
    """
    # They are listed first: a new engine at the same address listens before it starts a process.
    listed = [each for each in _processes() if engine in (None, each.engine) and each.works_in(folder)]
    gone = {address for address in {each.engine for each in listed} if _is_refused(address)}
    # In a container the address is another network's, and the engine is not gone.
    return [each for each in listed if each.engine in gone and not _has_engine(each)]


def _watch(address: str) -> None:
    hint = _hint()
    while not _is_gone(address):
        hint()
    with contextlib.suppress(psutil.Error):
        for other in left_behind(address):
            if other.process.pid != os.getpid():
                with contextlib.suppress(psutil.Error):
                    other.process.kill()
    # Nobody is there to be told, and threads that wait for an answer would hold up an orderly end.
    os._exit(1)


def _hint() -> Callable[[], None]:
    """Gives a wait of a while, which is cut short when the other end of this process's standard output is closed.

    That is a pipe to the engine, or to the language host. A provider host learns by it at once, not a while later, that
    it must not create anything any more.
    """
    if sys.__stdout__ is None or not hasattr(select, "poll"):
        return lambda: time.sleep(_LOOK_SECONDS)
    poll = select.poll()
    poll.register(sys.__stdout__.fileno(), 0)
    closed = False

    def wait() -> None:
        nonlocal closed
        if closed:
            time.sleep(_LOOK_SECONDS)
        else:
            closed = bool(poll.poll(_LOOK_SECONDS * 1000))

    return wait


def _is_gone(address: str) -> bool:
    if not _is_refused(address):
        return False
    time.sleep(_CONFIRM_SECONDS)
    return _is_refused(address)


def _is_refused(address: str) -> bool:
    """Whether nobody listens at an address. Any other trouble, such as a full queue, does not say so."""
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


def _processes() -> Iterator[PulumiProcess]:
    me = psutil.Process().username()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            found = _recognized(process.cmdline())
            if found is not None and process.username() == me:
                yield PulumiProcess(process, *found)


def _recognized(command: Sequence[str]) -> tuple[Role, str] | None:
    """What a command line says of a process: its role, and the address of its engine."""
    names = {PurePath(argument).name.removesuffix(".exe").removesuffix(".cmd") for argument in command}
    if "pulumi-language-python-exec" in names and "--engine" in command[:-1]:
        return _with_address("program", command[command.index("--engine") + 1])
    if "pulumi.dynamic" in command or "pulumi-resource-pulumi-python" in names:
        return _with_address("provider host", command[-1])
    if names & {"pulumi-language-python", "pulumi-language-aiware"}:
        return _with_address("language host", command[-1])
    return None


def _with_address(role: Role, address: str) -> tuple[Role, str] | None:
    return (role, address) if _ADDRESS.fullmatch(address) else None


def _first_ancestor(process: psutil.Process, address: str) -> psutil.Process | None:
    """The nearest process above one that does not carry the engine's address: the engine, as long as it lives."""
    with contextlib.suppress(psutil.Error):
        return next((each for each in process.parents() if address not in each.cmdline()), None)
    return None


def _has_engine(found: PulumiProcess) -> bool:
    above = _first_ancestor(found.process, found.engine)
    with contextlib.suppress(psutil.Error):
        return above is not None and above.name().startswith("pulumi")
    return False
