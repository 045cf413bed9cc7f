"""Addresses without their signatures, and what only looks like a signature."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aiware_resources.reconcile.addresses import expired, signed_again, unsigned

S3 = (
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA{n}%2Fx&X-Amz-Date=2026{n}T0Z&X-Amz-Expires=3600"
    "&X-Amz-SignedHeaders=host&X-Amz-Security-Token=t{n}&X-Amz-Signature=ab{n}"
)
SIGNATURES = {
    "S3": S3,
    "S3, least": "X-Amz-Date=2026{n}&X-Amz-Signature=abc{n}",
    "S3, before Version 4": "AWSAccessKeyId=AKIA{n}&Expires=17{n}&Signature=a%2Bb{n}%3D",
    "GCS": S3.replace("Amz", "Goog").replace("&X-Goog-Security-Token=t{n}", ""),
    "GCS, before Version 4": "GoogleAccessId=a{n}@b&Expires=17{n}&Signature=ab{n}",
    "Azure": "sp=r&st=2026-01-0{n}T00:00:00Z&se=2027-01-0{n}T00:00:00Z&spr=https&sv=2022-11-0{n}&sr=b&sig=a%2F{n}%3D",
    "Azure, for an account": "sv=2022-11-0{n}&ss=b&srt=o&sp=r&se=2027-01-0{n}&sig=a{n}",
    "Azure, by a user": "sp=r&se=2027-0{n}&skoid={n}&sktid={n}&skt=2026&ske=2027&sks=b&skv=2022&sv=2022&sr=b&sig=a{n}",
    "Azure, by a stored policy": "sv=2022-11-0{n}&sr=c&si=readers&sig=a{n}",
    "CloudFront": "Expires=17{n}&Signature=ab~{n}__&Key-Pair-Id=K{n}",
    "CloudFront, by a policy": "Policy=ey{n}&Signature=ab~{n}__&Key-Pair-Id=K{n}",
}


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES)
@pytest.mark.parametrize("form", ["https://h.test/a.mp4?{s}", "http://h.test/a.mp4?versionId=7&{s}&part=2#t=10"])
def test_a_signature_is_no_part_of_an_address(signature: str, form: str) -> None:
    first, second = (form.format(s=signature.format(n=n)) for n in (1, 2))
    bare = form.replace("?{s}", "").replace("&{s}", "")
    assert first != second
    assert unsigned(first) == unsigned(second) == bare
    assert unsigned(bare) == bare


def test_names_may_be_written_otherwise() -> None:
    assert unsigned("HTTPS://h.test/a?x-amz-date=1&x%2Damz%2Dsignature=2") == "HTTPS://h.test/a"


@pytest.mark.parametrize(
    "text",
    [
        "https://h.test/a?Expires=tomorrow",
        "https://h.test/a?sp=1&se=2&sv=3",
        "https://h.test/a?sig=1&sp=2",
        "https://h.test/a?Signature=1&Expires=2",
        "https://h.test/a?Policy=1&Key-Pair-Id=2",
        "https://h.test/a?X-Amz-Date=1",
        "https://h.test/a?token=1",
        "https://h.test/a?",
        "https://h.test/X-Amz-Signature=1",
        "https://[h.test/a?x=1",
        "s3://h.test/a?X-Amz-Signature=1",
        "see https://h.test/a?X-Amz-Signature=1",
        "",
    ],
)
def test_what_is_no_signature_stays(text: str) -> None:
    assert unsigned(text) == text


def test_addresses_are_found_at_any_depth() -> None:
    def value(n: int) -> dict[str, Any]:
        return {"a": [{"url": f"https://h.test/a?X-Amz-Signature={n}"}], "n": 1, "none": None, "b": {"u": "https://b"}}

    assert unsigned(value(1)) == unsigned(value(2)) == {**value(1), "a": [{"url": "https://h.test/a"}]}
    assert list(signed_again(value(1), value(2))) == [("a", 0, "url")]
    assert list(signed_again(value(1), {**value(1), "n": 2})) == []
    assert list(signed_again("https://h.test/a?X-Amz-Signature=1", "https://h.test/b?X-Amz-Signature=1")) == []


@pytest.mark.parametrize(
    "signature",
    [
        "X-Amz-Date=20260102T030405Z&X-Amz-Expires=60&X-Amz-Signature=a",
        "X-Goog-Date=20260102T030405Z&X-Goog-Expires=60&X-Goog-Signature=a",
        "Expires=1767323105&Signature=a&Key-Pair-Id=K",
        "sv=2022&se=2026-01-02T03%3A05%3A05Z&sig=a",
    ],
)
def test_a_link_says_until_when_it_is_valid(signature: str) -> None:
    end = datetime(2026, 1, 2, 3, 5, 5, tzinfo=UTC)
    payload = [{"url": f"https://me:x@h.test/a.mp4?{signature}"}, {"n": 1, "none": None}]
    assert list(expired(payload, end)) == [("h.test/a.mp4", end)]
    assert list(expired(payload, end - timedelta(seconds=1))) == []


@pytest.mark.parametrize(
    "query", ["expires=1", "X-Amz-Date=tomorrow&X-Amz-Expires=60", "sig=a", "sig=a&se=soon", "sig=a&expires=9e99"]
)
def test_a_link_that_does_not_say_has_not_expired(query: str) -> None:
    assert list(expired([f"https://h.test/a.mp4?{query}", "https://[h.test/a?sig=1", None], datetime.now(UTC))) == []
