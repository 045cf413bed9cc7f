"""The real provider host of Pulumi's dynamic providers, as the engine starts and calls it."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import UNKNOWN

from tests.support import forks, provider_host

UNKNOWN_VALUE = UNKNOWN
"""How an unknown value crosses the wire."""
HASTE = {"aiware:notFoundGrace": "1"}
"""What the tests expect to be gone, is gone; those of what is not shown yet set more."""
ENDING_SECONDS = 10.0
"""How long a host may take to end. Python can miss a signal that comes as its main thread begins to wait."""


MOVING = ("__complete", "__missing", "__submitted")
"""Facts that move by themselves."""


def settled(outs: Mapping[str, Any]) -> dict[str, Any]:
    """Recorded outputs without what moves by itself."""
    return {key: value for key, value in outs.items() if key not in MOVING}


@dataclass(frozen=True)
class Read:
    """What a read answered; ``id`` is empty when the object is gone."""

    id: str
    outs: dict[str, Any]
    inputs: dict[str, Any]


class HostError(Exception):
    """A call that the host answered with an error."""


class Host:
    """A provider host process.

    Args:
        config: The stack's configuration, such as ``{"aiware:endpoint": "local"}``.
        environment: Environment variables to add.
        haste: How many times faster than a user's it looks again for what it does not find.
    """

    def __init__(self, config: Mapping[str, str], environment: Mapping[str, str], haste: float = 10) -> None:
        self._engine = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._answer, daemon=True).start()
        address = "127.0.0.1:{1}".format(*self._engine.getsockname())
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - until the host is closed
        ours, theirs = os.pipe()
        self._stdout = os.fdopen(ours, encoding="utf-8")
        variables = {**os.environ, **environment, "PULUMI_PROJECT": "contract"}
        arguments = (address, variables, haste)
        self._process = forks.start(provider_host.serve, arguments, theirs, self._errors.fileno())
        os.close(theirs)
        port = int(self._stdout.readline())
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._stub.Configure(provider_pb2.ConfigureRequest(args=_struct({**HASTE, **config})))

    def _answer(self) -> None:
        """Takes the connections by which the host learns that its engine lives: a full queue would hold up others."""
        with contextlib.suppress(OSError):
            while True:
                self._engine.accept()[0].close()

    def _end_engine(self) -> None:
        with contextlib.suppress(OSError):
            self._engine.shutdown(socket.SHUT_RDWR)
        self._engine.close()

    def close(self) -> str:
        """Ends the host, and returns what it wrote to standard error; nothing where it was ended before."""
        if self._errors.closed:
            return ""
        self._channel.close()
        self._process.terminate()
        # The engine lives on meanwhile: a host without one ends at once, without telling which of its lines ran.
        self._process.join(ENDING_SECONDS)
        self._process.kill()
        self._end_engine()
        self._stdout.close()
        with self._errors:
            self._errors.seek(0)
            return self._errors.read().decode()

    def lose_engine(self) -> None:
        """Does what the kernel does when an engine is killed: its end of the pipe is closed, and it does not listen."""
        self._end_engine()
        self._stdout.close()

    def wait(self) -> int | None:
        """Waits until the host has ended, and returns its exit code."""
        self._process.join(60)
        return self._process.exitcode

    def check(
        self, provider: ResourceProvider, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        """The failures that ``check`` finds, by property path; ``olds`` are the inputs of a resource that exists."""
        request = provider_pb2.CheckRequest(olds=_struct(olds or {}), news=_with(provider, news))
        return {failure.property: failure.reason for failure in self._call("Check", request).failures}

    def checked(
        self, provider: ResourceProvider, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The inputs that ``check`` passes on; ``olds`` are those of a resource that exists."""
        request = provider_pb2.CheckRequest(olds=_struct(olds or {}), news=_with(provider, news))
        return _plain(self._call("Check", request).inputs)

    def diff(
        self, provider: ResourceProvider, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> tuple[bool, list[str], bool]:
        """Whether anything changes, what replaces, and whether the old object is deleted first."""
        request = provider_pb2.DiffRequest(id=id_, olds=_with(provider, olds), news=_with(provider, news))
        answer = self._call("Diff", request)
        return answer.changes == provider_pb2.DiffResponse.DIFF_SOME, list(answer.replaces), answer.deleteBeforeReplace

    def create(self, provider: ResourceProvider, props: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Creates, and returns id and outputs."""
        answer = self._call("Create", provider_pb2.CreateRequest(properties=_with(provider, props)))
        return answer.id, _plain(answer.properties)

    def read(self, provider: ResourceProvider, id_: str, props: Mapping[str, Any]) -> Read:
        """Reads the live object."""
        answer = self._call("Read", provider_pb2.ReadRequest(id=id_, properties=_with(provider, props)))
        return Read(answer.id, _plain(answer.properties), _plain(answer.inputs))

    def update(
        self, provider: ResourceProvider, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Updates, and returns the new outputs."""
        request = provider_pb2.UpdateRequest(id=id_, olds=_with(provider, olds), news=_with(provider, news))
        return _plain(self._call("Update", request).properties)

    def delete(self, provider: ResourceProvider, id_: str, props: Mapping[str, Any]) -> None:
        """Deletes."""
        self._call("Delete", provider_pb2.DeleteRequest(id=id_, properties=_with(provider, props)))

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=60)
        except grpc.RpcError as error:
            raise HostError(str(error)) from error


def _with(provider: ResourceProvider, props: Mapping[str, Any]) -> struct_pb2.Struct:
    return _struct({**props, "__provider": serialize_provider(provider)})


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(dict(values))
    return struct


def _plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    return {key: value for key, value in MessageToDict(struct).items() if key != "__provider"}
