"""`aiware assets`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from aiware_resources.cli.framework import printing
from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import make_tdo


def test_assets_are_listed(aiware: Aiware, local: Local, tmp_path: Path) -> None:
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


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file to upload."""
    made = tmp_path / "interview.mp4"
    made.write_bytes(b"content")
    return made


@pytest.fixture
def tdo(local: Local) -> str:
    """A TDO to upload it into."""
    return make_tdo(local)


def test_a_file_is_uploaded_once(aiware: Aiware, local: Local, tdo: str, file: Path) -> None:
    first = aiware("assets", "upload", tdo, str(file), "--primary", "--content-type", "video/x")
    assert first.stdout.endswith(f": 7 bytes of {file}\n")
    again = aiware("assets", "upload", tdo, str(file))
    assert again.stdout == first.stdout.replace("\n", ", which was there already\n")
    assert local.mutations()["createAsset"] == 1
    (asset,) = json.loads(aiware("assets", "list", tdo, "--json").output)
    assert (asset["name"], asset["contentType"], asset["fileData"]["size"]) == ("interview.mp4", "video/x", 7)


def test_a_lost_answer_makes_no_second_one(aiware: Aiware, local: Local, tdo: str, file: Path) -> None:
    local.fault({"dropResponse": True}, operation="createAsset")
    made = json.loads(aiware("assets", "upload", tdo, str(file), "--name", "a.mp4", "--json").output)
    assert made["name"] == "a.mp4"
    assert local.mutations()["createAsset"] == 1


def test_a_file_that_is_not_there_is_wrong_usage(aiware: Aiware) -> None:
    assert aiware("assets", "upload", "1", "nowhere.mp4").exit_code == 2


def test_an_upload_into_a_tdo_that_is_not_there_is_an_error(aiware: Aiware, local: Local, file: Path) -> None:
    result = aiware("assets", "upload", "1", str(file))
    assert result.exit_code == 1
    assert "not_found" in result.stderr


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_shown_on_a_terminal_only(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = Console(force_terminal=terminal, width=100, stderr=True)
    monkeypatch.setattr(printing, "console", lambda **_: shown)
    with printing.transfer_bar("uploading a.mp4") as tell:
        tell(5_000_000, 10_000_000)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ("uploading a.mp4" in captured.err, "5.0/10.0 MB" in captured.err) == (terminal, terminal)
