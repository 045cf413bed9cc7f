"""A program whose engine ends first; the engine is a gRPC server that answers as one that has failed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, resource_pb2, resource_pb2_grpc

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "from aiware_resources import Cluster; Cluster('cluster', name='c', allowed_engines=['all'])"
MISTAKE = "from aiware_resources.reconcile.pulumi_processes import end_with_engine; end_with_engine(); 1 / 0"
INTERRUPTED = MISTAKE.replace("1 / 0", "raise KeyboardInterrupt")
INTERRUPTED_AT_ITS_END = (
    "import atexit\n"
    "def interrupt(): raise KeyboardInterrupt\n"
    "atexit.register(interrupt)\n" + MISTAKE.replace("; 1 / 0", "")
)
CONFIG = {"aiware:endpoint": "http://127.0.0.1:1/v3/graphql", "aiware:token": "not-used"}


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """Registers the stack, and ends."""

    def SupportsFeature(  # noqa: N802 - the name of the call
        self, request: resource_pb2.SupportsFeatureRequest, context: grpc.ServicerContext
    ) -> resource_pb2.SupportsFeatureResponse:
        return resource_pb2.SupportsFeatureResponse(hasSupport=False)

    def RegisterResource(  # noqa: N802 - as above
        self, request: resource_pb2.RegisterResourceRequest, context: grpc.ServicerContext
    ) -> resource_pb2.RegisterResourceResponse:
        if request.type != "pulumi:pulumi:Stack":
            context.abort(grpc.StatusCode.UNAVAILABLE, "resource monitor shut down")
        return resource_pb2.RegisterResourceResponse(urn="urn:pulumi:s::p::pulumi:pulumi:Stack::p-s")

    def RegisterResourceOutputs(  # noqa: N802 - as above
        self, request: resource_pb2.RegisterResourceOutputsRequest, context: grpc.ServicerContext
    ) -> Empty:
        return Empty()


class Engine(engine_pb2_grpc.EngineServicer):
    """Takes messages, but for that of the end."""

    def SetRootResource(  # noqa: N802 - as above
        self, request: engine_pb2.SetRootResourceRequest, context: grpc.ServicerContext
    ) -> engine_pb2.SetRootResourceResponse:
        return engine_pb2.SetRootResourceResponse()

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> Empty:  # noqa: N802 - as above
        if request.severity == engine_pb2.ERROR:
            context.abort(grpc.StatusCode.CANCELLED, "the engine ends")
        return Empty()


@pytest.fixture
def engine() -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(4))
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(Monitor(), server)
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.mark.parametrize(
    ("code", "ends", "traceback"),
    [
        (PROGRAM, 1, False),
        (MISTAKE, 1, True),
        (INTERRUPTED, -signal.SIGINT, False),
        (INTERRUPTED_AT_ITS_END, 0, False),
    ],
)
def test_no_traceback_where_the_engine_cannot_be_told(
    engine: str, tmp_path: Path, code: str, ends: int, traceback: bool
) -> None:
    (tmp_path / "__main__.py").write_text(code)
    address = ["--monitor", engine, "--engine", engine]
    names = ["--project", "p", "--stack", "s", "--dry_run", "true", "--parallel", "4", "--pwd", str(tmp_path)]
    program = shutil.which("pulumi-language-python-exec")
    assert program is not None
    ran = subprocess.run(
        [sys.executable, program, *address, *names, "."],
        env={**os.environ, "PULUMI_CONFIG": json.dumps(CONFIG), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ran.returncode == ends
    assert ("ZeroDivisionError" in ran.stderr) == ("Traceback" in ran.stderr) == traceback
