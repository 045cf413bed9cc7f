"""An SFTP server in this process, which serves a folder for reading."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko  # type: ignore[import-untyped]

PASSWORD = "not a secret"


class _Login(paramiko.ServerInterface):  # type: ignore[misc]  # it has no types
    """Lets one user in."""

    def check_auth_password(self, username: str, password: str) -> int:
        """Compares the password."""
        return int(paramiko.AUTH_SUCCESSFUL if password == PASSWORD else paramiko.AUTH_FAILED)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        """Takes every channel."""
        return int(paramiko.OPEN_SUCCEEDED)


class _Opened(paramiko.SFTPHandle):  # type: ignore[misc]  # it has no types
    """A file that is read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb")

    def read(self, offset: int, length: int) -> bytes:
        """Reads a block."""
        self._file.seek(offset)
        return self._file.read(length)

    def stat(self) -> paramiko.SFTPAttributes:
        """Tells of the file."""
        return paramiko.SFTPAttributes.from_stat(os.fstat(self._file.fileno()))

    def close(self) -> None:
        """Ends the reading."""
        self._file.close()
        super().close()


class _Files(paramiko.SFTPServerInterface):  # type: ignore[misc]  # it has no types
    """Shows a folder."""

    root: Path

    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes] | int:
        """Lists a folder."""
        try:
            return [paramiko.SFTPAttributes.from_stat(each.stat(), each.name) for each in os.scandir(self._local(path))]
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno or 0))

    def stat(self, path: str) -> paramiko.SFTPAttributes | int:
        """Tells of a file."""
        try:
            return paramiko.SFTPAttributes.from_stat(self._local(path).stat())
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno or 0))

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle | int:
        """Opens a file for reading."""
        try:
            return _Opened(self._local(path))
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno or 0))

    def _local(self, path: str) -> Path:
        return self.root / path.lstrip("/")


@contextmanager
def sftp(root: Path) -> Iterator[int]:
    """Serves a folder, and gives the port."""
    key = paramiko.ECDSAKey.generate()
    files = type("Files", (_Files,), {"root": root})
    listening = socket.create_server(("127.0.0.1", 0))
    running: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            running.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
            transport.start_server(server=_Login())

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()
        for transport in running:
            transport.close()
            transport.join()
