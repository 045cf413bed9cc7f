"""The addresses of uploaded files."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from aiware_resources.api import Api, AssetRecord
from aiware_resources.errors import UploadFailed
from aiware_resources.fleet import uploads
from aiware_resources.fleet.removal import Removal
from aiware_resources.fleet.uploads import Uploads
from aiware_resources.reconcile import Holder
from tests.unit.fleet.test_submission import NOW


def link(monkeypatch: pytest.MonkeyPatch, *links: str | None) -> str:
    """The address of a file, with what aiWARE gives as such when it is asked again and again."""
    monkeypatch.setattr(uploads, "_PAUSE", 0)
    given = iter([*links, *[None] * 20])
    api: Any = SimpleNamespace(asset_link=lambda id_: AssetRecord(id=id_, signed_uri=next(given)))
    fleet = Holder("aiware:JobFleet", "p/s/f")
    asked = Uploads(cast(Api, api), fleet, fleet, markers=True, since=NOW, removal=Removal.of({}, 1))
    return asked._link(AssetRecord(id="asset"))


def test_a_file_without_an_address_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert link(monkeypatch, None, None, "https://media.test/a?signature=s") == "https://media.test/a?signature=s"


def test_no_job_is_submitted_on_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UploadFailed, match="uploaded as asset asset, and aiWARE gives no address"):
        link(monkeypatch)
