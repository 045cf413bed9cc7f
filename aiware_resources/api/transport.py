"""HTTP: clients that remember nothing between requests, and whole answers of limited size, in limited time."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata
from typing import IO, Any, Literal

import httpx
from pydantic import SecretStr

from aiware_resources.api.deadlines import Limit, Upload, WholeAnswer, heed_limits, limited
from aiware_resources.api.failures import CORRELATION_ID, NETWORK_ERRORS, RequestFailed, from_network, unreadable
from aiware_resources.api.json_text import TooDeep, read_json
from aiware_resources.api.redaction import protect_logs
from aiware_resources.api.server_time import note
from aiware_resources.errors import ConfigurationError
from aiware_resources.settings.endpoints import is_loopback

MOST_OF_AN_ANSWER = 128 << 20
"""Bytes that an answer may have, unpacked: it is held in memory. The largest are results of engines."""

_CONNECT_TIMEOUT = 10.0
_NO_TIMEOUT = 86_400.0
_CODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
"""Compressions that are read. One inside another could unpack to a million times what was sent."""


class Token(httpx.Auth):
    """Sends a token along with a request.

    Args:
        secret: The token.
        header: The header that carries it.
    """

    def __init__(self, secret: SecretStr, header: Literal["authorization", "api_key"] = "authorization") -> None:
        self.secret = secret
        self._header = header

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Adds the header."""
        text = self.secret.get_secret_value()
        request.headers[self._header] = text if self._header == "api_key" else f"Bearer {text}"
        yield request


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its code.

    Attributes:
        status: Its HTTP code.
        headers: Its headers.
        content: Its body.
        request_id: By which the request is found in the log of a server that is told one.
        path: The path that was asked for last, where the server has sent the client there.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    request_id: str | None = None
    path: str = ""

    def json(self) -> Any:
        """Its JSON; None when it is not JSON.

        Raises:
            RequestFailed: If it is nested too deep to be worked with.
        """
        try:
            return read_json(self.content)
        except TooDeep as error:
            raise RequestFailed(unreadable(f"an answer in which {error}", self.status)) from None
        except ValueError:
            return None


@dataclass(frozen=True)
class FilePart:
    """The file of a multipart request.

    Attributes:
        name: What to call it.
        content_type: Its MIME type; None to tell it by the name.
        open: Opens it for reading from its start; called for each attempt.
    """

    name: str
    content_type: str | None
    open: Callable[[], IO[bytes]]


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
    parsed = _address(url)
    return parsed.scheme, parsed.host, parsed.port or {"http": 80, "https": 443}.get(parsed.scheme)


@lru_cache(maxsize=64)
def _address(url: str) -> httpx.URL:
    """An address that was read: the same few are asked thousands of times."""
    return httpx.URL(url)


def whole_answer(
    client: httpx.Client,
    method: str,
    url: str,
    *,
    auth: httpx.Auth | None = None,
    **request: Any,
) -> Reply:
    """Sends a request, and reads all of its answer into memory.

    Args:
        client: The HTTP client to use, from `new_client`; its timeout is that of the whole answer.
        method: The HTTP method.
        url: The address.
        auth: What lets the request in.
        **request: What else httpx is to send: headers, a body, files, which may take their time, ...

    Raises:
        RequestFailed: If there was no answer, or none that can be read.
    """
    content = bytearray()
    seconds = client.timeout.read or _NO_TIMEOUT
    limit: Limit = Upload(seconds) if "files" in request else WholeAnswer(seconds)
    sent = client.build_request(method, _address(url), **request)
    try:
        with limited(limit), closing(client.send(sent, auth=auth, stream=True)) as response:
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
    request_id = response.headers.get(CORRELATION_ID) or sent.headers.get(CORRELATION_ID)
    return Reply(response.status_code, response.headers, bytes(content), request_id, response.url.path)


def _version() -> str:
    try:
        return metadata.version("aiware-pipelines")
    except metadata.PackageNotFoundError:
        # Run from a source tree that is not installed.
        return "source"
