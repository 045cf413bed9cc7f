"""HTTP: one pooled, thread-safe client that turns everything but a plain success into a `Failure`."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata
from typing import IO, Any

import httpx
from pydantic import SecretStr

from aiware_resources.api.deadlines import Limit, Upload, WholeAnswer, heed_limits, limited
from aiware_resources.api.failures import (
    NETWORK_ERRORS,
    Failure,
    from_entry,
    from_network,
    from_status,
    malformed,
    unreadable,
)
from aiware_resources.api.json_text import TooDeep, read_json
from aiware_resources.api.redaction import protect_logs
from aiware_resources.api.retrying import RequestFailed
from aiware_resources.api.server_time import note
from aiware_resources.errors import ConfigurationError
from aiware_resources.settings.endpoints import is_loopback

MOST_OF_AN_ANSWER = 128 << 20
"""Bytes that an answer may have, unpacked: it is held in memory. The largest are results of engines."""

_CONNECT_TIMEOUT = 10.0
_NO_TIMEOUT = 86_400.0
_CODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
"""Compressions that are read. One inside another could unpack to a million times what was sent."""


@dataclass(frozen=True)
class Reply:
    """An answer with a success code.

    Attributes:
        body: Its JSON object.
        headers: Its headers.
    """

    body: Mapping[str, Any]
    headers: Mapping[str, str]


def new_client(timeout: float, *, url: str) -> httpx.Client:
    """Makes an HTTP client: certificates are checked, nothing is remembered between requests.

    Args:
        timeout: Longest wait for a part of an answer, in seconds. What limits a whole one is `limited`.
        url: Address that it will talk to; a proxy from the environment is not used for this machine.

    Raises:
        ConfigurationError: The environment names a proxy or certificates that cannot be used.
    """
    protect_logs()
    # Read even where no proxy is: certificates of the environment are for this machine as well.
    certificates = _certificates(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    try:
        client = httpx.Client(
            verify=certificates,
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_TIMEOUT)),
            headers={
                "User-Agent": f"aiware-pipelines/{_version()} python-httpx/{httpx.__version__}",
                "Accept-Encoding": "gzip, deflate",
            },
            # A session cookie would outlive the token that it belongs to.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=not is_loopback(httpx.URL(url).host),
            event_hooks={"response": [note]},
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        # A proxy's address may hold a password: it is not quoted.
        raise ConfigurationError(
            "A proxy that the environment names cannot be used: its address is not valid, or it is of a kind other "
            "than http, https and socks5.",
            remedy="Correct HTTPS_PROXY, HTTP_PROXY or ALL_PROXY; or list aiWARE's host in NO_PROXY to go without one.",
        ) from (None if isinstance(error, ValueError | httpx.InvalidURL) else error)
    heed_limits(client)
    return client


@lru_cache(maxsize=4)
def _certificates(file: str | None, folder: str | None) -> ssl.SSLContext:
    """The certificates that servers are checked by: those of the environment, else the usual ones."""
    try:
        return httpx.create_ssl_context()
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"The certificates that SSL_CERT_FILE ({file or 'not set'}) or SSL_CERT_DIR ({folder or 'not set'}) names "
            f"cannot be read: {error.strerror or error}.",
            remedy="Name a file in PEM format that can be read, or unset the variable.",
        ) from error


def origin(url: str) -> tuple[str, str, int | None]:
    """What tells one server from another: scheme, host and port of an address."""
    parsed = httpx.URL(url)
    return parsed.scheme, parsed.host, parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)


@dataclass(frozen=True)
class FilePart:
    """The file of a multipart request.

    Attributes:
        name: What to call it.
        content_type: Its MIME type; None to tell it by the name.
        open: Opens it for reading from its start; called anew for each attempt.
    """

    name: str
    content_type: str | None
    open: Callable[[], IO[bytes]]


class Transport:
    """Sends POST requests to one aiWARE host.

    Args:
        url: Address of the GraphQL API.
        client: The HTTP client to use; its timeout is that of a whole answer.
    """

    def __init__(self, url: str, client: httpx.Client) -> None:
        self.url = url
        self._client = client

    def post_json(self, body: Mapping[str, Any], token: SecretStr | None) -> Reply:
        """Posts JSON to the API.

        Raises:
            RequestFailed: If there was no answer, or one that is not a JSON object with a success code.
        """
        headers = {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
        return self._post(self.url, headers, content=json.dumps(body).encode(), media_type="application/json")

    def post_file(self, body: Mapping[str, Any], part: FilePart, token: SecretStr | None) -> Reply:
        """Posts a document and one file as multipart/form-data, as uploads do; the file is read as it is sent.

        Raises:
            RequestFailed: As `post_json`.
            OSError: If the file cannot be read.
        """
        headers = {} if token is None else {"Authorization": f"Bearer {token.get_secret_value()}"}
        fields = {"query": body["query"], "variables": json.dumps(body["variables"])}
        with part.open() as stream:
            files = {"file": (part.name, stream, part.content_type)}
            return self._answer(self.url, headers, is_upload=True, data=fields, files=files)

    def post_form(self, url: str, form: Mapping[str, str]) -> Reply:
        """Posts a form, as OAuth does.

        Raises:
            RequestFailed: As `post_json`.
        """
        body = str(httpx.QueryParams(dict(form))).encode()
        return self._post(url, {}, content=body, media_type="application/x-www-form-urlencoded")

    def close(self) -> None:
        """Closes the pooled connections."""
        self._client.close()

    def _post(self, url: str, headers: Mapping[str, str], *, content: bytes, media_type: str) -> Reply:
        return self._answer(url, {**headers, "Content-Type": media_type}, content=content)

    def _answer(self, url: str, headers: Mapping[str, str], **body: Any) -> Reply:
        response, content = whole_answer(self._client, "POST", url, headers=headers, **body)
        parsed = _json_object(content, response.status_code)
        if failure := from_status(response.status_code, response.headers, _said(parsed)):
            raise RequestFailed(_refined(failure, parsed, response))
        if parsed is None:
            kind = response.headers.get("content-type", "no content type")
            raise RequestFailed(malformed(f"an answer that is not a JSON object ({kind})", status=response.status_code))
        return Reply(parsed, response.headers)


def whole_answer(
    client: httpx.Client, method: str, url: str, *, is_upload: bool = False, **request: Any
) -> tuple[httpx.Response, bytes]:
    """Sends a request, and reads all of its answer into memory.

    Args:
        client: The HTTP client to use, from `new_client`; its timeout is that of the whole answer.
        method: The HTTP method.
        url: The address.
        is_upload: Whether a file is sent, which may take its time.
        **request: What else httpx is to send: headers, a body, ...

    Returns:
        The response, whatever its code, and its body.

    Raises:
        RequestFailed: If there was no answer, or none that can be read.
    """
    content = bytearray()
    seconds = client.timeout.read or _NO_TIMEOUT
    limit: Limit = Upload(seconds) if is_upload else WholeAnswer(seconds)
    try:
        with limited(limit), client.stream(method, url, **request) as response:
            coding = response.headers.get("content-encoding", "").strip().lower()
            if coding not in _CODINGS:
                raise RequestFailed(unreadable("an answer that is compressed in an unknown way", response.status_code))
            for block in response.iter_bytes():
                content += block
                if len(content) > MOST_OF_AN_ANSWER:
                    most = MOST_OF_AN_ANSWER >> 20
                    raise RequestFailed(unreadable(f"an answer of more than {most} MiB", response.status_code))
    except NETWORK_ERRORS as error:
        raise RequestFailed(from_network(error)) from error
    return response, bytes(content)


def json_of(content: bytes, status: int) -> Any:
    """The JSON of an answer; None when it is not JSON.

    Raises:
        RequestFailed: If it is nested too deep to be worked with.
    """
    try:
        return read_json(content)
    except TooDeep as error:
        raise RequestFailed(unreadable(f"an answer in which {error}", status)) from None
    except ValueError:
        return None


def _json_object(content: bytes, status: int) -> dict[str, Any] | None:
    parsed = json_of(content, status)
    return parsed if isinstance(parsed, dict) else None


def _entries(parsed: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    entries = parsed.get("errors") if parsed else None
    return [entry for entry in entries if isinstance(entry, Mapping)] if isinstance(entries, list) else []


def _said(parsed: Mapping[str, Any] | None) -> str:
    """What a failed answer says in words: GraphQL's messages, or OAuth's error."""
    messages = [str(entry["message"]) for entry in _entries(parsed) if entry.get("message")]
    if messages or parsed is None:
        return "; ".join(messages)
    return str(parsed.get("error_description") or parsed.get("error") or "")


def _refined(failure: Failure, parsed: Mapping[str, Any] | None, response: httpx.Response) -> Failure:
    """Adds to a failure by HTTP code what the entry of the `errors` list knows better."""
    entries = _entries(parsed)
    if not entries:
        return failure
    entry = from_entry(entries[0], response.headers)
    return replace(
        failure,
        name=entry.name,
        request_id=entry.request_id or failure.request_id,
        object_id=entry.object_id,
    )


def _version() -> str:
    try:
        return metadata.version("aiware-pipelines")
    except metadata.PackageNotFoundError:
        # Run from a source tree that is not installed.
        return "source"
