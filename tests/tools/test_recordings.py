"""The tool that makes the recordings of examples/media, where flite is installed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.tools.test_media import MEDIA, duration_ms
from tools import recordings


def test_scripts_and_recordings_are_of_each_other(tmp_path: Path) -> None:
    scripts = yaml.safe_load(recordings.SCRIPTS.read_text(encoding="utf-8"))
    assert all((MEDIA / name).exists() for name in scripts)
    made = tmp_path / "voice-note.m4a"
    recordings.make(scripts[made.name], made)
    assert duration_ms(made) == pytest.approx(duration_ms(MEDIA / made.name), abs=200)


def test_what_is_seen(tmp_path: Path) -> None:
    made = tmp_path / "made.mp4"
    recordings.make({"picture": ["Title", "Subtitle"], "said": [{"Nora": "Yes."}, {"Ben": "No."}]}, made)
    content = made.read_bytes()
    assert b"avc1" in content
    assert b"mp4a" in content
    assert content.index(b"moov") < content.index(b"mdat")
