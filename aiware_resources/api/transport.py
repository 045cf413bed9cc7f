"""HTTP: one pooled, thread-safe client that turns everything but a plain success into a `Failure`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib import metadata
from typing import IO, Any

import httpx
from pydantic import SecretStr

from aiware_resources.api.failures import Failure, from_entry, from_network, from_status, malformed
from aiware_resources.api.redaction import protect_logs
from aiware_resources.api.retrying import RequestFailed
from aiware_resources.api.server_time import note
from aiware_resources.endpoints import is_loopback

_CONNECT_TIMEOUT = 10.0


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
        timeout: Longest wait for a part of an answer, in seconds.
        url: Address that it will talk to; a proxy from the environment is not used for this machine.
    """
    protect_logs()
    return httpx.Client(
        timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_TIMEOUT)),
        headers={"User-Agent": f"aiware-pipelines/{_version()} python-httpx/{httpx.__version__}"},
        # A session cookie would outlive the token that it belongs to.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=not is_loopback(httpx.URL(url).host),
        event_hooks={"response": [note]},
    )


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
        client: The HTTP client to use.
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
            return self._answer(self.url, headers, data=fields, files={"file": (part.name, stream, part.content_type)})

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
        try:
            response = self._client.post(url, headers=headers, **body)
        except httpx.RequestError as error:
            raise RequestFailed(from_network(error)) from error
        parsed = _json_object(response)
        if failure := from_status(response.status_code, response.headers, _said(parsed)):
            raise RequestFailed(_refined(failure, parsed, response))
        if parsed is None:
            kind = response.headers.get("content-type", "no content type")
            raise RequestFailed(malformed(f"an answer that is not a JSON object ({kind})", status=response.status_code))
        return Reply(parsed, response.headers)


def _json_object(response: httpx.Response) -> dict[str, Any] | None:
    try:
        parsed = json.loads(response.content)
    except ValueError:
        return None
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
