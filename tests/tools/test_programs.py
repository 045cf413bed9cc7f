"""The programs that the tests use where they are installed."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path
from typing import Any

import pytest

from tools.programs import database


@pytest.mark.parametrize(
    ("user", "users", "found"),
    [(1000, [], Path("/opt/bin")), (0, ["postgres"], Path("/opt/bin")), (0, [], None)],
)
def test_postgresql_needs_a_user_that_is_not_root(
    monkeypatch: pytest.MonkeyPatch, user: int, users: list[str], found: Path | None
) -> None:
    def entry(name: str) -> Any:
        if name not in users:
            raise KeyError(name)

    monkeypatch.setattr(os, "getuid", lambda: user)
    monkeypatch.setattr(pwd, "getpwnam", entry)
    monkeypatch.setattr(shutil, "which", lambda name: f"/opt/bin/{name}")
    assert database() == found
