"""What counts as a secret."""

from __future__ import annotations

from typing import Any

import pytest

from aiware_resources.text.secret_words import is_secret


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("password", "x"),
        ("apiKey", "x"),
        ("API_KEY", "x"),
        ("serviceToken", "x"),
        ("client-secret", "x"),
        ("Authorization", "Bearer x"),
        ("credentials", {"user": "u"}),
        ("accessKey", "x"),
        ("url", "https://user:word@media.test/a.mp4"),
        ("url", "https://media.test/a.mp4?X-Amz-Date=1&X-Amz-Signature=abc"),
        ("url", "https://media.test/a.mp4?sig=abc"),
        ("note", "s3://bucket/key?access_token=abc"),
        (0, "https://media.test/?token="),
        ("broken", "https://[media.test/a?b=c"),
    ],
)
def test_secrets(key: str | int, value: Any) -> None:
    assert is_secret(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("maxTokens", 100),
        ("token", ""),
        ("token", None),
        ("tokenizer", "words"),
        ("signatures", "none"),
        ("url", "https://media.test/a.mp4?quality=high"),
        ("text", "a token is a word"),
        ("name", "password reset at 3:// o'clock"),
        (1, "plain"),
    ],
)
def test_no_secrets(key: str | int, value: Any) -> None:
    assert not is_secret(key, value)
