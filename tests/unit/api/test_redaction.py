"""Nothing secret in messages and logs, whatever it is embedded in."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources.api.redaction import protect_logs, redacted, secrets_of, without_query

words = st.text("abcdefghijklmnopqrstuvwxyz", min_size=12, max_size=20)
shapes = st.recursive(
    words.map(lambda word: {"serviceToken": word}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "password"]), inner, max_size=2),
)


@given(shapes, st.text("ABC ", max_size=10))
def test_every_secret_of_the_variables_is_masked(variables: Any, around: str) -> None:
    secrets = secrets_of({"input": variables})
    text = redacted(around + around.join(secrets), {"input": variables})
    assert not any(secret in text for secret in secrets)


def test_a_secret_that_begins_with_another_is_masked_whole() -> None:
    variables = {"password": "hunter22", "serviceToken": "hunter2277"}
    assert redacted("hunter2277 and hunter22", variables) == "[secret] and [secret]"


def test_what_is_no_secret_stays() -> None:
    variables = {"input": {"name": "cluster", "serviceToken": "abc", "dockerCredentials": {"count": 5}}}
    assert redacted("The cluster abc is full.", variables) == "The cluster abc is full."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see https://s3.example/a/b.vtt?Signature=abc&Expires=1.", "see https://s3.example/a/b.vtt"),
        ("'https://s3.example/a?b' and \"http://h/c?d\"", "'https://s3.example/a' and \"http://h/c\""),
        ("is it there? yes", "is it there? yes"),
    ],
)
def test_the_query_of_a_url_is_cut(text: str, expected: str) -> None:
    assert without_query(text) == expected


@pytest.mark.parametrize("name", ["httpx", "httpcore.connection", "httpcore.http11"])
def test_the_logs_of_the_http_library_show_no_query(name: str, caplog: pytest.LogCaptureFixture) -> None:
    protect_logs()
    protect_logs()
    logger = logging.getLogger(name)
    with caplog.at_level(logging.DEBUG, logger=name):
        logger.info('HTTP Request: %s %s "%s %d"', "GET", "https://h.example/a?Signature=abc", "HTTP/1.1", 200)
        logger.debug("return_value=%r", [(b"Location", b"/a?Signature=abc"), (b"Server", b"x")])
    assert "Signature" not in caplog.text
    assert 'GET https://h.example/a "HTTP/1.1 200"' in caplog.text
    assert len(logger.filters) == 1
