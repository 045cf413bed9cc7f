"""The command, run in the process of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from aiware_local import launcher
from aiware_resources.api import close_connections
from aiware_resources.cli import main

Aiware = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of the local aiWARE that the command is about; it is stopped afterwards."""
    folder = tmp_path / "data"
    monkeypatch.setenv("AIWARE_LOCAL_DATA", str(folder))
    monkeypatch.setenv("AIWARE_LOCAL_MEDIA_ROOT", str(tmp_path))
    yield folder
    close_connections()
    launcher.stop(data=folder)


@pytest.fixture
def aiware(data: Path) -> Aiware:
    """Runs the command, as from a shell that is so many columns wide."""

    def run(*arguments: str, columns: int = 200, typed: str | None = None) -> Result:
        result = CliRunner(env={"COLUMNS": str(columns)}).invoke(main, arguments, input=typed)
        # All that a command ends with is an exit code; anything else would be a traceback.
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run
