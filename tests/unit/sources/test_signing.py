"""Which addresses become signed links, and where."""

from __future__ import annotations

import sys

import pytest

from aiware_resources.errors import SourceError
from aiware_resources.sources import holds_private, signed, signing
from aiware_resources.sources.storage import told


class Storage:
    """Signs."""

    def sign(self, path: str, expiration: int) -> str:
        if "secret" in path:
            raise RuntimeError("no credentials: key=topsecret")
        return f"https://store.test/{path}?X-Amz-Signature=1&for={expiration}"


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "opened", lambda address: (Storage(), address.partition("://")[2]))


JOB = {
    "tasks": [
        {"payload": {"url": "s3://media/a b.mp4", "to": "s3://out/x", "note": "s3://media/a"}},
        {"payload": {"url": "https://media.test/b.mp4"}},
    ],
    "target": {"name": "s3://media/a"},
}


def test_addresses_to_fetch_from_are_signed_and_nothing_else() -> None:
    assert holds_private(JOB)
    assert signed(JOB) == {
        "tasks": [
            {
                "payload": {
                    "url": "https://store.test/media/a b.mp4?X-Amz-Signature=1&for=604800",
                    "to": "s3://out/x",
                    "note": "s3://media/a",
                }
            },
            {"payload": {"url": "https://media.test/b.mp4"}},
        ],
        "target": {"name": "s3://media/a"},
    }


@pytest.mark.parametrize("url", ["https://x.test/a", "sftp://x/a", "a.mp4", 3, None, "s3:/x"])
def test_other_values_stay_the_same_objects(url: object) -> None:
    job = {"tasks": [{"payload": {"url": url}}]}
    assert signed(job) is job


def test_without_credentials_nothing_is_submitted() -> None:
    with pytest.raises(SourceError, match=r"No link to gs://secret/a can be signed: RuntimeError\.") as raised:
        signed({"url": "gs://secret/a"})
    assert "topsecret" not in str(raised.value)


def test_without_the_package_an_address_is_sent_as_it_is(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    assert signed({"url": "gs://media/a.mp4"}) == {"url": "gs://media/a.mp4"}
    assert "is sent as it is" in caplog.text


def test_an_error_of_a_package_is_told_without_signatures() -> None:
    with pytest.raises(SourceError) as caught, told("az://media"):
        raise RuntimeError("GET https://media.test/a.mp4?sv=1&sig=hidden failed")
    assert caught.value.message == "az://media cannot be read: RuntimeError: GET https://media.test/a.mp4 failed"
