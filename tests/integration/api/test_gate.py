"""The gate, between processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shared"
    made.mkdir(mode=0o700)
    return made


WORKER = """
import sys
from pathlib import Path
from aiware_resources.api.rate_limit import Gates, Permit

gate = Gates(Path(sys.argv[1]), own_limit=250, clock=lambda: 1_800_000_000.0).at("aiware.example:443", "t")
print("ready", flush=True)
sys.stdin.readline()
permits = 0
for _ in range(200):
    permits += isinstance(gate.enter(0.0), Permit)
print(permits)
"""


def test_processes_do_not_get_past_each_other(folder: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    permits = [int(process.communicate("go\n", timeout=60)[0]) for process in started]
    assert sum(permits) == 250
