"""Secrets, and what is not text, are in no report."""

from __future__ import annotations

import pytest

from aiware_resources.report.run.clean import clean


@pytest.mark.parametrize(
    "text",
    [
        "GET https://s3.test/a.mp4?X-Amz-Signature=hidden-1&X-Amz-Date=2",
        "ftp://user:hidden-1@media.test/a.mp4",
        "token=hidden-1",
        '{"apiKey": "hidden-1", "n": 1}',
        "Authorization: Bearer hidden-1",
        "with bearer hidden-1",
        "client_secret = 'hidden-1'",
        "login as hidden-1 failed",
    ],
)
def test_secrets_are_masked(text: str) -> None:
    (found,) = clean((text,), {"hidden-1"} if text.startswith("login") else set())
    assert "hidden-1" not in found
    assert "[secret]" in found


def test_the_longest_secret_is_masked_first() -> None:
    assert clean("abcdef", {"abc", "abcdef"}) == "[secret]"


def test_other_text_stays() -> None:
    text = "The token expired; 3 words, 0.91 at https://media.test/a.mp4?part=2"
    assert clean({"a": [text, 1, None]}, {"hidden"}) == {"a": (text, 1, None)}


def test_what_is_not_text_is_replaced() -> None:
    assert clean("\x1b[31mred\x1b[0m\r\n\x00\ud800\ufffe\tend", ()) == "red\n\ufffd\ufffd\ufffd\tend"


def test_a_long_text_is_cut_after_its_secrets_are_masked() -> None:
    found = clean(f"{'x' * 3_995}hidden-1{'y' * 1_000_000}", {"hidden-1"})
    assert found == f"{'x' * 3_995}{'[secret]'[:5]}… (1,000,003 characters more)"
    assert clean("token-" * 20_000, ()).startswith("token-token-")
