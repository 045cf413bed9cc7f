"""TDOs with files of this machine through the real provider host: what is checked, compared, read and recorded.

The uploading itself is the program's work, and has no part here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aiware_resources.job import JobProvider
from aiware_resources.tdos.assets import file_content
from aiware_resources.tdos.uploads import marker_in_details
from aiware_resources.temporal_data_object import TdoProvider
from tests.support.host import UNKNOWN_VALUE, Host
from tests.support.local import Local

PROVIDER = TdoProvider()
OWNER = "project/stack/tdo"
AT_URI: dict[str, Any] = {"assetType": "media", "uri": "https://media.test/a.mp4"}
FILE: dict[str, Any] = {"assetType": "media", "file": "media/interview.mp4", "sha256": "ab" * 32}


def tdo(*assets: Any, **more: Any) -> dict[str, Any]:
    return {"__owner": OWNER, "startDateTime": 1574311000, "stopDateTime": 1574315000, "assets": list(assets), **more}


def upload(local: Local, tdo_id: str, asset: dict[str, Any], owner: str = OWNER) -> str:
    """Puts an asset into a TDO as the program does."""
    details = {"pulumiMarker": marker_in_details(owner, file_content(asset))}
    create = "mutation($input: CreateAsset!) { createAsset(input: $input) { id } }"
    content = {"containerId": tdo_id, "assetType": "media", "name": "interview.mp4", "details": details}
    made: str = local.graphql(create, input={**content, "uri": "https://media.test/a.mp4", "storeAsReference": True})[
        "createAsset"
    ]["id"]
    return made


def assets(local: Local) -> list[str]:
    return [asset["id"] for asset in local.only("tdos")["assets"]["records"]]


def test_a_file_is_recorded_and_not_sent(host: Host, local: Local) -> None:
    props = tdo(AT_URI, FILE)
    assert host.check(PROVIDER, props) == {}
    id_, outs = host.create(PROVIDER, props)
    assert outs["assets"] == [AT_URI, FILE]
    assert len(assets(local)) == 1
    upload(local, id_, FILE)
    read = host.read(PROVIDER, id_, outs)
    assert read.outs == outs
    assert host.diff(PROVIDER, id_, read.outs, props) == (False, [], False)


@pytest.mark.parametrize(
    ("before", "after", "differs", "replaces"),
    [
        ([FILE], [{**FILE, "sha256": "cd" * 32}], True, []),
        ([FILE], [{**FILE, "contentType": "video/mp4"}], True, []),
        ([FILE], [{**FILE, "file": "elsewhere/interview.mp4"}], False, []),
        ([FILE], [{**FILE, "file": "elsewhere/other.mp4"}], True, []),
        ([FILE], [{**FILE, "file": "elsewhere/other.mp4", "name": "interview.mp4"}], False, []),
        ([FILE], [], True, []),
        ([], [FILE], True, []),
        ([AT_URI], [FILE], True, ["assets"]),
        ([AT_URI, FILE], [AT_URI], True, []),
        ([AT_URI, FILE], [FILE], True, ["assets"]),
        ([AT_URI, FILE], [{**AT_URI, "uri": "https://media.test/b.mp4"}, FILE], True, ["assets"]),
        ([AT_URI], [{**AT_URI, "uri": UNKNOWN_VALUE}], True, ["assets"]),
        ([FILE], [{**FILE, "description": UNKNOWN_VALUE}], True, []),
        ([FILE], UNKNOWN_VALUE, True, ["assets"]),
    ],
)
def test_files_change_in_place(host: Host, before: list[Any], after: Any, differs: bool, replaces: list[str]) -> None:
    changes, found, _ = host.diff(PROVIDER, "1", tdo(*before), {**tdo(), "assets": after})
    assert (changes, found) == (differs, replaces)


def test_a_file_that_is_gone_from_aiware_shows(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, tdo(FILE))
    read = host.read(PROVIDER, id_, outs)
    assert read.outs["assets"] == [{key: value for key, value in FILE.items() if key != "sha256"}]
    assert host.diff(PROVIDER, id_, read.outs, tdo(FILE)) == (True, [], False)
    upload(local, id_, FILE)
    assert host.read(PROVIDER, id_, outs).outs == outs


def test_a_file_that_another_resource_uploaded_is_there_all_the_same(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, tdo(FILE))
    upload(local, id_, FILE, owner="project/stack/renamed")
    assert host.read(PROVIDER, id_, outs).outs == outs


def test_the_last_file_taken_out_is_deleted_and_others_stay(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, tdo(AT_URI, FILE))
    (at_uri,) = assets(local)
    other = upload(local, id_, FILE, owner="another/stack/tdo")
    upload(local, id_, FILE)
    local.fault({"dropResponse": True}, operation="deleteAsset")
    host.update(PROVIDER, id_, outs, tdo(AT_URI))
    assert set(assets(local)) == {at_uri, other}


def test_a_tdo_without_files_costs_no_look_at_its_assets(host: Host, local: Local) -> None:
    id_, outs = host.create(PROVIDER, tdo(AT_URI))
    before = local.calls().get("temporalDataObject", 0)
    host.read(PROVIDER, id_, outs)
    assert local.calls()["temporalDataObject"] == before + 1


@pytest.mark.parametrize(
    ("asset", "path", "says"),
    [
        ({"assetType": "media"}, "assets[0]", "give uri, or the path of a file"),
        ({**AT_URI, **FILE}, "assets[0].uri", "beside file"),
        ({**FILE, "sha256": ""}, "assets[0].file", "does not exist (media/interview.mp4, looked for in "),
        ({**FILE, "sha256": None, "file": "/"}, "assets[0].file", "is a folder (/): name a file"),
        ({**FILE, "storeAsReference": True}, "assets[0].storeAsReference", "leave it out"),
        ({**FILE, "assetType": ""}, "assets[0].assetType", "is empty"),
    ],
)
def test_bad_assets(host: Host, asset: dict[str, Any], path: str, says: str) -> None:
    problems = host.check(PROVIDER, tdo(asset))
    assert list(problems) == [path]
    assert says in problems[path]


def test_a_file_that_must_not_be_read_is_told(host: Host, tmp_path: Path) -> None:
    (tmp_path / "secret.mp4").touch()
    asset = {"assetType": "media", "file": str(tmp_path / "secret.mp4")}
    assert "cannot be read" in host.check(PROVIDER, tdo(asset))["assets[0].file"]


@pytest.mark.parametrize("key", ["assetType", "file", "uri", "sha256"])
def test_anything_of_an_asset_may_be_unknown(host: Host, key: str) -> None:
    asset = {**(AT_URI if key == "uri" else FILE), key: UNKNOWN_VALUE}
    assert host.check(PROVIDER, tdo(asset)) == {}
    assert host.check(PROVIDER, tdo(UNKNOWN_VALUE)) == {}


def test_a_job_makes_no_asset_of_a_file(host: Host) -> None:
    job = {"target": {"assets": [FILE]}, "tasks": [{"engineId": "1"}]}
    problems = host.check(JobProvider(), job)
    assert {"target.assets[0].uri", "target.assets[0].file"} <= set(problems)
