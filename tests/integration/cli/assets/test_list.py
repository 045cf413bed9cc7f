"""`aiware assets list`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_tdo


def test_they_are_listed(aiware: Aiware, local: Local, tmp_path: Path) -> None:
    tdo = make_tdo(local)
    assert aiware("assets", "list", tdo).output == "It holds no assets.\n"
    for name in ("interview.mp4", "second.mp4"):
        (tmp_path / name).write_bytes(name.encode())
        aiware("assets", "upload", tdo, str(tmp_path / name))
    (row,) = [line for line in aiware("assets", "list", tdo).output.splitlines() if "interview.mp4" in line]
    assert row.split()[1:] == ["media", "interview.mp4", "video/mp4", "13"]
    assert len(json.loads(aiware("assets", "list", tdo, "--json").stdout)) == 2
    assert len(json.loads(aiware("assets", "list", tdo, "--limit", "1", "--json").stdout)) == 1


def test_a_tdo_that_is_not_there_is_an_error(aiware: Aiware, local: Local) -> None:
    result = aiware("assets", "list", "1")
    assert result.exit_code == 1
    assert "not_found" in result.stderr
