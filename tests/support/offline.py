"""Programs and the command, run without aiWARE; in a fork, since they leave traces in their process."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from aiware_resources.cli import main
from aiware_resources.cli.offline import declared_by


def declare(program: Path, stack: str) -> None:
    """Prints what a program declares, as JSON."""
    print(json.dumps([asdict(each) for each in declared_by(program, stack)], default=str))


def aiware(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
    """Runs the command in a folder, on a machine whose network is down."""

    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    vars(socket)["socket"] = type("NoSocket", (socket.socket,), {"connect": refuse, "connect_ex": refuse})
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    main(list(arguments), prog_name="aiware")


def declare_each(folder: Path) -> None:
    """Prints what each program in a folder declares, as JSON by the names of their files."""
    found = {file.stem: [asdict(each) for each in declared_by(file, None)] for file in sorted(folder.glob("*.py"))}
    print(json.dumps(found, default=str))
