"""`make up` lists what the stack declares."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def listed(outputs: Any, folder: Path) -> str:
    command = [sys.executable, str(REPOSITORY / "tools" / "files.py")]
    ran = subprocess.run(command, cwd=folder, input=json.dumps(outputs), capture_output=True, text=True, check=True)
    return ran.stdout


def test_what_the_stack_declares_is_listed_and_nothing_else(tmp_path: Path) -> None:
    there = tmp_path / "out" / "local"
    (there / "letter").mkdir(parents=True)
    for name in ("talk.vtt", "talk.srt", "earlier.vtt", "letter/e.json", ".aiware-files.json"):
        (there / name).touch()
    outputs = {
        "cluster": "rt-1",
        "talk": {"tdo": "1", "captions": ["out/local/talk.vtt", "out/local/talk.srt"]},
        "letter": {"job": "2", "files": ["out/local/letter/e.json"]},
        "late": {"tdo": "3", "captions": ["out/local/late.vtt", None]},
    }
    assert listed(outputs, tmp_path).splitlines() == [
        "Files:",
        "  out/local/late.vtt (not there yet)",
        "  out/local/letter/e.json",
        "  out/local/talk.srt",
        "  out/local/talk.vtt",
    ]


@pytest.mark.parametrize("outputs", [{}, {"cluster": "rt-1"}, {"a": {"captions": "out/x"}, "b": {"files": None}}, []])
def test_without_files_nothing_is_printed(tmp_path: Path, outputs: Any) -> None:
    assert listed(outputs, tmp_path) == ""
