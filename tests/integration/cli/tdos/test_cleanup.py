"""`aiware tdos cleanup`."""

from __future__ import annotations

import json

import pytest

from tests.support.command import Aiware
from tests.support.local import Local
from tests.support.objects import submit


@pytest.fixture
def tdo(local: Local) -> str:
    """A TDO with results."""
    submit(local)
    found: str = local.only("tdos")["id"]
    return found


def test_it_asks_first(aiware: Aiware, local: Local, tdo: str) -> None:
    refused = aiware("tdos", "cleanup", tdo, typed="n\n")
    assert refused.exit_code == 1
    assert refused.stderr.startswith(
        f'Remove the stored files and search data of TDO {tdo} "council"? There is no way back. [y/N]: '
    )
    assert "cleanupTDO" not in local.mutations()
    done = aiware("tdos", "cleanup", tdo, typed="y\n")
    assert (done.exit_code, done.stdout) == (0, f"TDO {tdo} is cleaned up.\n")
    assert local.only("tdos")["id"] == tdo


def test_what_is_removed_can_be_chosen(aiware: Aiware, local: Local, tdo: str) -> None:
    job = local.only("jobs")["id"]
    assert json.loads(aiware("results", job, "--json").stdout)
    options = ("--option", "engineResults", "--option", "storage")
    done = aiware("tdos", "cleanup", "--yes", *options, tdo, "--json")
    assert (json.loads(done.stdout), done.stderr) == ([{"id": tdo, "removed": ["engineResults", "storage"]}], "")
    assert json.loads(aiware("results", job, "--json").stdout) == []


def test_another_option_is_wrong_usage(aiware: Aiware, tdo: str) -> None:
    assert aiware("tdos", "cleanup", "--yes", "--option", "all", tdo).exit_code == 2


def test_one_that_is_not_there(aiware: Aiware, local: Local, tdo: str) -> None:
    assert aiware("tdos", "cleanup", "--yes", tdo, "1").exit_code == 1
    assert "cleanupTDO" not in local.mutations()
