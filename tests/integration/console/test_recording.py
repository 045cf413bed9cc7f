"""The page of a recording, and what it plays and offers: passed on by the console, without any link of aiWARE."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from aiware_resources.api import LocalFile, connect
from aiware_resources.settings import Settings
from tests.integration.console.conftest import Served
from tests.support.local import Local
from tests.support.objects import make_tdo, submit
from tests.support.project import ROOT

MEDIA = ROOT / "examples" / "media" / "interview.mp4"


@pytest.fixture
def recording(local: Local) -> str:
    """A recording with media and a transcript; its id."""
    for file in (MEDIA, MEDIA.with_suffix(".vtt")):
        shutil.copy(file, local.server.data.parent)
    tdo_id = make_tdo(local, "Council")
    submit(local, media=f"file:{MEDIA.name}", targetId=tdo_id)
    return tdo_id


def assets(local: Local, tdo_id: str) -> dict[str, str]:
    """The ids of its assets by their type."""
    query = "query($id: ID!) { temporalDataObject(id: $id) { assets { records { id assetType } } } }"
    found = local.graphql(query, id=tdo_id)["temporalDataObject"]["assets"]["records"]
    return {each["assetType"]: each["id"] for each in found}


def test_the_page_has_the_words_and_no_link_of_aiware(served: Served, local: Local, recording: str) -> None:
    page = served.page(f"/environment/recordings/{recording}")
    media = assets(local, recording)["media"]
    for said in (f"/environment/assets/{media}", "Nora", "half", f"/environment/recordings/{recording}/captions/"):
        assert said in page
    assert "signature" not in page
    assert local.token not in page


def test_parts_of_media_are_passed_on(served: Served, local: Local, recording: str) -> None:
    address = f"/environment/assets/{assets(local, recording)['media']}"
    part = served.client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, MEDIA.read_bytes()[10:20])
    assert part.headers["content-type"] == "video/mp4"
    assert "content-disposition" not in part.headers
    saved = served.client.get(address, params={"download": "1"})
    assert saved.content == MEDIA.read_bytes()
    assert saved.headers["content-disposition"] == f"attachment; filename*=utf-8''{MEDIA.name}"
    assert "signature" not in str(saved.headers)


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml; charset=utf-8", "IMAGE/SVG+XML"])
def test_what_could_have_scripts_is_saved_and_not_shown(
    served: Served, local: Local, recording: str, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "page é.html"
    file.write_text("<script>alert(1)</script>")
    settings = Settings.from_mapping({"aiware:endpoint": local.endpoint, "aiware:token": local.token})
    content = {"containerId": recording, "assetType": "text", "name": file.name, "contentType": kind}
    asset = connect(settings).upload_asset(content, LocalFile.read(file))
    answer = served.client.get(f"/environment/assets/{asset.id}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=utf-8''page%20%C3%A9.html"


def test_captions_are_made_of_the_result(served: Served, local: Local, recording: str) -> None:
    result = json.loads(served.client.get(f"/environment/assets/{assets(local, recording)['vtn-standard']}").content)
    captions = served.client.get(f"/environment/recordings/{recording}/captions/{result['sourceEngineId']}.vtt")
    assert captions.headers["content-type"] == "text/vtt; charset=utf-8"
    assert captions.text.startswith("WEBVTT\n\n00:00:00.400 --> ")
    assert "<v Nora>Thank you for making time." in captions.text


def test_what_is_not_there_is_said(served: Served, local: Local) -> None:
    assert served.client.get("/environment/assets/gone").status_code == 502
    assert served.client.get("/nowhere/assets/gone").status_code == 404
    assert "aiWARE has no TDO 460 that this token can see." in served.page("/environment/recordings/460")
