"""A language host for Pulumi that runs policy packs, and nothing else: ``pulumi-language-aiware``.

An engine has the host of a pack's runtime start the pack. Pulumi's own host for Python does so for ``runtime: python``;
the one that `make` builds is older than packs. For ``runtime: aiware``, every engine finds this host on PATH.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any

import grpc
from pulumi.runtime.proto import language_pb2, plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeServicer, add_LanguageRuntimeServicer_to_server

from aiware_resources.reconcile.pulumi_processes import end_with_engine

_PIECE = 65536
_Answer = language_pb2.RunPluginResponse


class Host(LanguageRuntimeServicer):
    """Starts packs as Pulumi's own host for Python does, in the virtual environment that it is installed in."""

    def GetPluginInfo(self, request: Any, context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802 - Pulumi's own name
        """Gives the version of this host."""
        return plugin_pb2.PluginInfo(version="0.1.0")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[_Answer]:  # noqa: N802 - Pulumi's own name
        """Runs the program of a pack, and passes on what it writes, until it ends or the engine has enough of it."""
        given = dict(each.split("=", 1) for each in request.env if "=" in each)
        process = subprocess.Popen(  # noqa: S603 - no shell
            [sys.executable, "-u", request.info.program_directory or request.program, *request.args],
            cwd=request.pwd or None,
            env={**os.environ, **given},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(process.kill)
        yield from _written(process)
        yield _Answer(exitcode=process.wait())


def _written(process: subprocess.Popen[bytes]) -> Iterator[_Answer]:
    pieces: SimpleQueue[_Answer | None] = SimpleQueue()

    def read(file: IO[bytes], name: str) -> None:
        while piece := os.read(file.fileno(), _PIECE):
            pieces.put(_Answer(stdout=piece) if name == "stdout" else _Answer(stderr=piece))
        pieces.put(None)

    ends = [(process.stdout, "stdout"), (process.stderr, "stderr")]
    for file, name in ends:
        Thread(target=read, args=(file, name), daemon=True).start()
    for _ in ends:
        yield from iter(pieces.get, None)


def main() -> None:
    """Serves the engine whose address is the last argument, until that interrupts this process or is gone."""
    end_with_engine()
    server = grpc.server(ThreadPoolExecutor())
    add_LanguageRuntimeServicer_to_server(Host(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    # Engines end a host as Ctrl-C does.
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)
    server.stop(None).wait()
