"""The pack of this project as a process, started in each of the two ways that Pulumi's engine has."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import language_pb2
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeStub

PACK = Path(__file__).resolve().parents[3] / "policies"
STACK = "urn:pulumi:dev::studio::pulumi:pulumi:Stack::studio-dev"
JOB = "pulumi-python:dynamic/aiware:Job"

_PULUMI = """#!{python}
import sys
assert sys.argv[1:4] == ["stack", "export", "--show-secrets"], sys.argv
assert sys.argv[4:6] == ["--stack", "dev"], sys.argv
print('{{"deployment": {{"resources": []}}}}')
"""


@pytest.fixture
def engine() -> Iterator[socket.socket]:
    """Listens as an engine does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a Pulumi program; with a `pulumi` in it."""
    program = tmp_path / "pulumi"
    program.write_text(_PULUMI.format(python=sys.executable))
    program.chmod(stat.S_IRWXU)
    return tmp_path


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}


@contextmanager
def by_pulumis_own_host(address: str, folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """As Pulumi's host for Python runs a pack whose runtime is python: in the folder of the Pulumi program."""
    command = [sys.executable, "-u", str(PACK), address]
    with ended(subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE)) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline()), psutil.Process(process.pid)


@contextmanager
def by_this_host(address: str, folder: Path) -> Iterator[tuple[int, psutil.Process]]:
    """As the engine has a pack run whose runtime is aiware."""
    command = [str(Path(sys.executable).with_name("pulumi-language-aiware")), address]
    errors = (folder / "errors").open("wb")
    started = subprocess.Popen(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=errors)
    with errors, ended(started) as process:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            host = LanguageRuntimeStub(channel)
            assert host.GetPluginInfo(empty_pb2.Empty()).version
            info = language_pb2.ProgramInfo(root_directory=str(PACK), program_directory=str(PACK), entry_point=".")
            request = language_pb2.RunPluginRequest(pwd=str(folder), args=[address], info=info, kind="analyzer")
            answers = host.RunPlugin(request)
            yield int(next(answers).stdout), psutil.Process(process.pid)


def test_an_interrupted_host_ends_with_its_packs_and_says_nothing(engine: socket.socket, folder: Path) -> None:
    address = f"127.0.0.1:{engine.getsockname()[1]}"
    with by_this_host(address, folder) as (_, host):
        running = [host, *host.children(recursive=True)]
        assert len(running) == 2
        host.send_signal(signal.SIGINT)
        assert psutil.wait_procs(running, timeout=60)[1] == []
    assert (folder / "errors").read_text() == ""


def said(answer: pb.AnalyzeResponse) -> list[str]:
    return [f"{each.policyName}: {each.message}" for each in answer.diagnostics]


def analyzed(stub: AnalyzerStub, urn: str, type_: str, properties: Mapping[str, Any]) -> list[str]:
    request = pb.AnalyzeRequest(urn=urn, type=type_, name=urn.split("::")[-1])
    json_format.ParseDict(dict(properties), request.properties)
    return said(stub.Analyze(request))


@pytest.mark.parametrize("way", [by_pulumis_own_host, by_this_host])
def test_the_pack_runs(way: Any, engine: socket.socket, folder: Path) -> None:
    address = f"127.0.0.1:{engine.getsockname()[1]}"
    with way(address, folder) as (port, process), grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = AnalyzerStub(channel)
        # The engine begins so, and is content that the SDK does not know it.
        with pytest.raises(grpc.RpcError) as refused:
            stub.Handshake(pb.AnalyzerHandshakeRequest(engine_address=address))
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
        told = {"aiware:endpoint": "http://edge.example.com"}
        stub.ConfigureStack(pb.AnalyzerStackConfigureRequest(stack="dev", project="studio", dry_run=True, config=told))
        info = stub.GetAnalyzerInfo(empty_pb2.Empty())
        assert info.name == "aiware"
        assert {each.enforcementLevel for each in info.policies} == {pb.MANDATORY}
        assert {each.enforcementLevel for each in info.initialConfig.values()} == {pb.MANDATORY}
        config = {each.name: pb.PolicyConfig(enforcementLevel=pb.MANDATORY) for each in info.policies}
        config["update-limits"].properties.update({"jobs": 0})
        config["allowed-engines"].properties.update({"engines": ["Playback"]})
        config["required-tags"].enforcementLevel = pb.DISABLED
        config["required-tags"].properties.update({"tdos": ["project"]})
        stub.Configure(pb.ConfigureAnalyzerRequest(policyConfig=config))
        (found,) = analyzed(stub, STACK, "pulumi:pulumi:Stack", {})
        assert "aiware:endpoint is http://edge.example.com, " in found
        job = {"tasks": [{"engineId": "other", "payload": {"url": "https://a"}}], "target": {"name": "t"}}
        found_of_job = analyzed(stub, f"urn:pulumi:dev::studio::{JOB}::job", JOB, job)
        assert [each.split(":")[0] for each in found_of_job] == ["allowed-engines", "update-limits"]
        assert said(stub.AnalyzeStack(pb.AnalyzeStackRequest(resources=[]))) == []
        # Nothing outlives the engine.
        running = [process, *process.children(recursive=True)]
        engine.close()
        assert psutil.wait_procs(running, timeout=60)[1] == []
