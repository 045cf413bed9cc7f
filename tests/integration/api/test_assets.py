"""Uploads against a real local aiWARE: what arrives, what does not, and how much memory a large file takes."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from aiware_resources import engines, errors
from aiware_resources.api import CloudApi, LocalFile, download
from aiware_resources.settings import Settings
from tests.support.local import Local
from tests.support.objects import make_tdo, submit

CONTENT = b"\x00\x01 a recording \xff" * 10_000
LARGE = 96 << 20
MOST_EXTRA = 48 << 20


@pytest.fixture
def local(shared_local: Local) -> Local:
    shared_local.reset()
    return shared_local


@pytest.fixture
def settings(local: Local) -> Settings:
    return Settings(endpoint=local.server.graphql_url, token=SecretStr(local.token), max_retries=1)


@pytest.fixture
def api(settings: Settings) -> Iterator[CloudApi]:
    made = CloudApi(settings, settings.resolve_endpoint())
    yield made
    made.close()


@pytest.fixture
def tdo(api: CloudApi) -> str:
    return api.create_tdo({"startDateTime": 1574311000, "stopDateTime": 1574315000}).id


@pytest.fixture
def file(tmp_path: Path) -> LocalFile:
    path = tmp_path / "interview é.mp4"
    path.write_bytes(CONTENT)
    return LocalFile.read(path)


def media(tdo_id: str, **more: Any) -> dict[str, Any]:
    return {"containerId": tdo_id, "assetType": "media", "name": "interview é.mp4", **more}


def content_of(local: Local, settings: Settings, asset_id: str, destination: Path) -> bytes:
    asset = local.graphql("query($id: ID!) { asset(id: $id) { signedUri } }", id=asset_id)["asset"]
    return download(settings, asset["signedUri"], destination).path.read_bytes()


def test_a_file_is_read_through(file: LocalFile) -> None:
    assert file.size == len(CONTENT)
    assert file.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert file.md5 == hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


def test_an_upload_arrives_whole(
    api: CloudApi, local: Local, settings: Settings, tdo: str, file: LocalFile, tmp_path: Path
) -> None:
    told: list[tuple[int, int]] = []
    details = {"pulumiMarker": "m"}
    made = api.upload_asset(media(tdo, contentType="video/mp4", details=details), file, lambda *now: told.append(now))
    assert (made.name, made.asset_type, made.content_type) == ("interview é.mp4", "media", "video/mp4")
    assert made.file_data is not None
    assert (made.file_data.md5sum, made.file_data.size) == (file.md5, file.size)
    assert content_of(local, settings, made.id, tmp_path / "back") == CONTENT
    assert told[-1] == (file.size, file.size)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert list(api.assets(tdo)) == [made]


def test_an_empty_file_can_be_uploaded(api: CloudApi, tdo: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    made = api.upload_asset(media(tdo), LocalFile.read(tmp_path / "empty"))
    assert made.file_data is not None
    assert made.file_data.size == 0


@pytest.mark.parametrize("change", [CONTENT[:-1], CONTENT + b"more", CONTENT.replace(b"a", b"b"), b""])
def test_a_file_that_changes_meanwhile_makes_nothing(
    api: CloudApi, local: Local, tdo: str, file: LocalFile, change: bytes
) -> None:
    Path(str(file.path)).write_bytes(change)
    with pytest.raises(errors.UploadFailed, match="changed while it was uploaded"):
        api.upload_asset(media(tdo), file)
    assert list(api.assets(tdo)) == []
    assert local.calls().get("createAsset", 0) == 0


def test_a_file_that_is_gone_is_named(api: CloudApi, tdo: str, file: LocalFile) -> None:
    Path(str(file.path)).unlink()
    with pytest.raises(errors.UploadFailed, match=r"interview é\.mp4 could not be read: No such file"):
        api.upload_asset(media(tdo), file)


def test_a_lost_answer_is_told_apart(api: CloudApi, local: Local, tdo: str, file: LocalFile) -> None:
    local.fault({"dropResponse": True}, operation="createAsset")
    with pytest.raises(errors.AnswerLost):
        api.upload_asset(media(tdo), file)
    assert len(list(api.assets(tdo))) == 1


def test_a_request_that_was_turned_away_is_sent_again_from_its_start(
    api: CloudApi, local: Local, tdo: str, file: LocalFile
) -> None:
    local.fault({"status": 429, "retryAfter": 0}, operation="createAsset")
    made = api.upload_asset(media(tdo), file)
    assert made.file_data is not None
    assert made.file_data.md5sum == file.md5


def test_a_login_that_ran_out_is_renewed(local: Local, settings: Settings, tdo: str, file: LocalFile) -> None:
    known = local.credentials
    user = Settings(
        endpoint=settings.endpoint, username=known["userName"], password=SecretStr(known["password"]), max_retries=1
    )
    api = CloudApi(user, user.resolve_endpoint())
    list(api.assets(tdo))
    local.expire_tokens()
    assert api.upload_asset(media(tdo), file).id
    api.close()


def test_pages_beyond_the_first_are_read(api: CloudApi, tdo: str, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    small = LocalFile.read(tmp_path / "small")
    made = [api.upload_asset(media(tdo, name=str(number)), small).id for number in range(31)]
    assert [asset.id for asset in api.assets(tdo)] == made[::-1]


def test_an_asset_is_deleted_once(api: CloudApi, tdo: str, file: LocalFile) -> None:
    made = api.upload_asset(media(tdo), file)
    api.delete_asset(made.id)
    assert list(api.assets(tdo)) == []
    with pytest.raises(errors.NotFound):
        api.delete_asset(made.id)


def test_a_tdo_that_is_not_there(api: CloudApi, file: LocalFile) -> None:
    with pytest.raises(errors.NotFound):
        list(api.assets("1"))
    with pytest.raises(errors.NotFound):
        api.upload_asset(media("1"), file)


def test_a_large_file_takes_little_memory(local: Local, tdo: str, tmp_path: Path) -> None:
    large, back = tmp_path / "large.mp4", tmp_path / "back.mp4"
    with large.open("wb") as stream:
        stream.truncate(LARGE)
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("transfer.py"), local.server.graphql_url, tdo, large, back],
        env={"AIWARE_TOKEN": local.token, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    peaks = json.loads(done.stdout)
    assert back.stat().st_size == LARGE
    assert peaks["upload"] - peaks["before"] < MOST_EXTRA, peaks
    assert peaks["download"] - peaks["before"] < MOST_EXTRA, peaks


def test_a_link_is_read_when_it_is_needed_and_is_not_shown(
    local: Local, api: CloudApi, tdo: str, file: LocalFile
) -> None:
    made = api.upload_asset(media(tdo), file)
    (listed,) = api.assets(tdo)
    assert (listed.id, listed.signed_uri) == (made.id, None)
    found = api.asset_link(made.id)
    assert found.signed_uri is not None
    assert local.content(found.signed_uri) == CONTENT
    assert "signature" not in repr(found)
    with pytest.raises(errors.NotFound, match="Reading asset gone failed"):
        api.asset_link("gone")


def test_an_asset_tells_which_engine_made_it(local: Local, api: CloudApi) -> None:
    local.behave(jobSeconds=0)
    tdo_id = make_tdo(local)
    submit(local, targetId=tdo_id)
    made_by = {asset.source_data.engine_id for asset in api.assets(tdo_id) if asset.source_data}
    assert engines.SPEECHMATICS_ENGLISH in made_by
