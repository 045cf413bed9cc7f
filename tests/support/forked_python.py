"""A Python for the engine that forks programs and provider hosts: starting them takes most of what a test takes.

The command `aiware`, policy packs and their host are forked as well.
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import os
import platform
import runpy
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO

from aiware_resources import cli
from aiware_resources.policies import host
from aiware_resources.reconcile import pulumi_processes
from tests.support import forks

SOCKET = "FORKED_PYTHON"
"""Variable of the environment: where to ask for a fork. Without it, the same Python starts anything as usual."""
COMMAND, POLICY_HOST = "aiware", "pulumi-language-aiware"
_running: set[BaseProcess] = set()


@contextlib.contextmanager
def forked_python(folder: Path) -> Iterator[Path]:
    """Makes a folder that stands for a virtual environment, and serves its Python.

    Yields:
        The folder; the socket in it is what `SOCKET` is to name.
    """
    (folder / "bin").mkdir(parents=True)
    write_programs(folder / "bin", sys.executable)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
        server.listen()
        thread = threading.Thread(target=_accept, args=(server,))
        thread.start()
        try:
            yield folder
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def write_programs(folder: Path, python: str) -> None:
    """Writes programs that ask for forks.

    Args:
        folder: Where they are to be.
        python: What runs whatever is not forked.
    """
    base, asks = Path(sys.executable).resolve(), folder / "ask_for_fork.py"
    asks.write_text(_script(python))
    ask = f'exec "{base}" -SI "{asks}" "${{0##*/}}" "$@"\n'
    for name, script in {"python": _ANSWERS + ask, "python3": _ANSWERS + ask, COMMAND: ask, POLICY_HOST: ask}.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}")
        (folder / name).chmod(0o755)


_ANSWERS = f"""case "${{{SOCKET}:+forked}} $*" in
"forked --version") echo "Python {platform.python_version()}"; exit ;;
"forked -m pip list "*) echo "[]"; exit ;;  # as in `no_plugins`
esac
"""
"""What Pulumi asks for before each command, answered before a Python has started."""


def _script(python: str) -> str:
    return f"""
import os, sys

_, command, *arguments = sys.argv
python, is_command = {python!r}, command in {(COMMAND, POLICY_HOST)!r}
if is_command:
    arguments, python = [command, *arguments], os.path.join({str(Path(sys.executable).parent)!r}, command)
is_program = arguments[:1] and "language-python-exec" in arguments[0]
is_host = arguments[:3] == ["-u", "-m", "pulumi.dynamic"]
is_pack = arguments[:1] == ["-u"] and os.path.isdir(arguments[1])
if not (is_command or is_program or is_host or is_pack) or {SOCKET!r} not in os.environ:
    os.execv(python, [python, *arguments[is_command:]])

# Their wrappers in the library take as long to import as all that is done here.
import _signal, _socket

asked = _socket.socket(_socket.AF_UNIX)
asked.connect(os.environ[{SOCKET!r}])
ends = b"".join(end.to_bytes(4, sys.byteorder) for end in (0, 1, 2))
asked.sendmsg([b"-"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, ends)])
asked.sendall(repr((arguments, os.getcwd(), dict(os.environ), os.getpid())).encode() + b"\\n")

def answer():
    told = b""
    while not told.endswith(b"\\n"):
        more = asked.recv(1)
        if not more:
            return 1
        told += more
    return int(told)

process = answer()

def pass_on(number, _):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass  # it has ended, and the answer is on its way

for number in (_signal.SIGINT, _signal.SIGTERM):
    _signal.signal(number, pass_on)
sys.exit(answer())
"""


def wait_for_forks(seconds: float) -> None:
    """Waits until every fork has ended: whoever asked for it has ended a moment before."""
    deadline = time.monotonic() + seconds
    while _running:
        assert time.monotonic() < deadline, f"forks are still running: {_running}"
        time.sleep(0.01)


def _accept(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_fork, args=(connection,), daemon=True).start()


def _fork(connection: socket.socket) -> None:
    """Forks what is asked for; whoever asked lives as long as the fork, and the other way round."""
    with connection, connection.makefile() as asked, contextlib.suppress(OSError):
        _, ends, _, _ = socket.recv_fds(connection, 1, 3)
        wanted = ast.literal_eval(asked.readline())
        try:
            stdin, stdout, stderr = ends
            process = forks.start(_run, wanted, stdout, stderr, stdin)
        finally:
            for end in ends:
                os.close(end)
        _running.add(process)
        try:
            connection.sendall(f"{process.pid}\n".encode())
            threading.Thread(target=_end_with, args=(asked, process), daemon=True).start()
            process.join()
        finally:
            process.kill()
            process.join()
            _running.discard(process)
        connection.sendall(f"{process.exitcode}\n".encode())


def _end_with(asked: TextIO, process: BaseProcess) -> None:
    """Ends the fork when whoever asked for it has ended."""
    with contextlib.suppress(OSError, ValueError):
        asked.read()
    process.kill()


def _run(arguments: Sequence[str], folder: str, environment: dict[str, str], asked_by: int) -> None:
    # A process whose engine is gone ends the others of that engine; whoever asked for the fork is not another one.
    listed = pulumi_processes.left_behind
    vars(pulumi_processes)["left_behind"] = lambda *of: [each for each in listed(*of) if each.process.pid != asked_by]
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.orig_argv = [sys.executable, *arguments]
    try:
        if arguments[0] == COMMAND:
            sys.argv = list(arguments)
            cli.main(prog_name=COMMAND)
        elif arguments[0] == POLICY_HOST:
            # The packs that it starts are forked too.
            sys.argv, sys.executable = list(arguments), str(Path(environment[SOCKET]).with_name("bin") / "python")
            host.main()
        elif "pulumi.dynamic" in arguments:
            sys.argv = list(arguments[2:])
            sys.path.insert(0, folder)
            runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
        else:
            sys.argv = [each for each in arguments if each != "-u"]
            runpy.run_path(sys.argv[0], run_name="__main__")
    except (Exception, KeyboardInterrupt):  # noqa: BLE001 - as an interpreter does it
        sys.excepthook(*sys.exc_info())
        sys.exit(1)
    finally:
        atexit._run_exitfuncs()
