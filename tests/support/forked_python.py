"""A Python for the engine that forks programs and provider hosts: starting them takes most of what a test takes."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import runpy
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO

from tests.support import forks

SOCKET = "FORKED_PYTHON"
"""Variable of the environment: where to ask for a fork. Without it, the same Python starts anything as usual."""

_SCRIPT = f"""#!{Path(sys.executable).resolve()} -SI
import os, sys

arguments, python = sys.argv[1:], {sys.executable!r}
is_known = arguments[:3] == ["-u", "-m", "pulumi.dynamic"] or arguments[:1] and "language-python-exec" in arguments[0]
if not is_known or {SOCKET!r} not in os.environ:
    os.execv(python, [python, *arguments])

import json, signal, socket

asked = socket.socket(socket.AF_UNIX)
asked.connect(os.environ[{SOCKET!r}])
wanted = json.dumps([arguments, os.getcwd(), dict(os.environ)])
socket.send_fds(asked, [b"-"], [1, 2])
asked.sendall(wanted.encode() + b"\\n")
answers = asked.makefile()
process = int(answers.readline())

def pass_on(number, _):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass  # it has ended, and the answer is on its way

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, pass_on)
sys.exit(int(answers.readline() or 1))
"""


@contextlib.contextmanager
def forked_python(folder: Path) -> Iterator[Path]:
    """Makes a folder that stands for a virtual environment, and serves its Python.

    Yields:
        The folder; the socket in it is what `SOCKET` is to name.
    """
    (folder / "bin").mkdir(parents=True)
    for name in ("python", "python3"):
        (folder / "bin" / name).write_text(_SCRIPT)
        (folder / "bin" / name).chmod(0o755)
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
        _, (stdout, stderr), _, _ = socket.recv_fds(connection, 1, 2)
        arguments, folder, environment = json.loads(asked.readline())
        try:
            process = forks.start(_run, (arguments, folder, environment), stdout, stderr)
        finally:
            os.close(stdout)
            os.close(stderr)
        connection.sendall(f"{process.pid}\n".encode())
        threading.Thread(target=_end_with, args=(asked, process), daemon=True).start()
        process.join()
        connection.sendall(f"{process.exitcode}\n".encode())


def _end_with(asked: TextIO, process: BaseProcess) -> None:
    """Ends the fork when whoever asked for it has ended."""
    with contextlib.suppress(OSError, ValueError):
        asked.read()
    process.kill()


def _run(arguments: Sequence[str], folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.orig_argv = [sys.executable, *arguments]
    try:
        if arguments[0] == "-u":
            sys.argv = list(arguments[2:])
            sys.path.insert(0, folder)
            runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)
        else:
            sys.argv = list(arguments)
            runpy.run_path(arguments[0], run_name="__main__")
    finally:
        atexit._run_exitfuncs()
