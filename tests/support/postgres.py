"""A PostgreSQL server in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.programs import database

USER, PASSWORD = "postgres", "not-a-secret"
PORTS = 3
"""How many ports are tried."""


@contextmanager
def postgres() -> Iterator[str]:
    """Starts a server, and gives the address of its database."""
    programs = database()
    assert programs is not None, "tools/programs.py says what is missing"
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        as_user = _as_user(folder)

        def ran(program: str, *arguments: str) -> bool:
            log = (folder / "log").open("a")
            command = [str(programs / program), "-D", str(folder / "data"), *arguments]
            with log:
                done = subprocess.run(
                    command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, **as_user
                )
            return done.returncode == 0

        def run(program: str, *arguments: str) -> None:
            assert ran(program, *arguments), (folder / "log").read_text()

        def started() -> int:
            # Somebody may take a free port before the server does.
            for _ in range(PORTS):
                port = _free_port()
                options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
                if ran("pg_ctl", "-w", "-o", options, "-l", str(folder / "server.log"), "start"):
                    return port
            raise AssertionError((folder / "server.log").read_text())

        run("initdb", "-U", USER, "-A", "scram-sha-256", f"--pwfile={folder / 'password'}", "-E", "UTF8", "-N")
        port = started()
        try:
            yield f"postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres?sslmode=disable"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def _as_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL does not run as root: its package makes a user for it."""
    if os.getuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    for path in (folder, *folder.iterdir()):
        shutil.chown(path, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
