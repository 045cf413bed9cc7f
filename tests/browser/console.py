"""A console as the command starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.looks import Opener
from tests.support.local import Local


@dataclass(frozen=True)
class Served:
    """A console.

    Attributes:
        address: The address that it printed, with the key.
        local: The local aiWARE that it shows.
    """

    address: str
    local: Local

    @property
    def origin(self) -> str:
        """Where it is."""
        return self.address.partition("/?")[0]


@pytest.fixture(scope="session")
def served(shared_local: Local, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A console as the command starts it."""
    program = [sys.executable, "-c", "from aiware_resources.cli import main; main(prog_name='aiware')", "console"]
    environment = {**os.environ, "AIWARE_ENDPOINT": shared_local.endpoint, "AIWARE_TOKEN": shared_local.token}
    folder = tmp_path_factory.mktemp("console")
    log = folder / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            program, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    assert process.stdout is not None
    try:
        yield Served(process.stdout.readline().strip(), shared_local)
    finally:
        process.terminate()
        process.communicate(timeout=60)
    said = log.read_text()
    assert shared_local.token not in said
    assert "signature" not in said


async def opened(opener: Opener, served: Served, path: str, **look: Any) -> Page:
    """Opens a page of the console, with the key; in a look, as `Opener.open` takes it."""
    page = await opener.open(f"{served.origin}/favicon.ico?{served.address.partition('?')[2]}", **look)
    await page.goto(f"{served.origin}/environment/{path}")
    return page
