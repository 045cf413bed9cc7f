"""Fetching media: from files below one folder, from web servers on this machine; everything else is simulated."""

from __future__ import annotations

import asyncio
import ipaddress
import mimetypes
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import httpx

from aiware_local.installation.errors import FailureReason, RunError
from aiware_local.storage.files import Files, Stored

TIMEOUT_SECONDS = 30.0
SIDECARS = (".vtt", ".srt", ".ttml", ".dfxp", ".scc", ".txt")
"""The endings of a transcript beside the media: a file of the same name otherwise."""
UNREACHABLE = "not reachable from the local aiWARE"
"""Why media at an address of another machine is simulated."""
DEFAULT_TYPE = "application/octet-stream"

_STACK_FILE = re.compile(r"Pulumi\..+\.ya?ml", re.IGNORECASE)
"""The configuration of a stack, which holds its secrets encrypted."""
_DRIVE = re.compile(r"/?[A-Za-z]:[/\\]")
"""How a path with a drive begins, in a `file:` address after a slash."""


@dataclass(frozen=True)
class Media:
    """Media that was fetched, or was simulated because it is out of reach.

    Attributes:
        url: where it came from.
        name: its file name.
        content_type: its media type.
        file: its name among the server's files; None if it is simulated.
        size: bytes; None if it is simulated.
        md5: MD5 sum; None if it is simulated.
        sidecar: name of the stored transcript that was beside it, with its ending; None if there was none.
    """

    url: str
    name: str
    content_type: str
    file: str | None = None
    size: int | None = None
    md5: str | None = None
    sidecar: str | None = None

    def as_record(self) -> dict[str, Any]:
        """The media as a task's result holds it."""
        return dict(vars(self))


def is_blank(value: object) -> bool:
    """Whether a value of a payload is as good as left out."""
    return not value or (isinstance(value, str) and not value.strip())


class MediaFetcher:
    """Fetches what a URL names.

    Args:
        root: the folder below which files may be read; relative paths start there.
        files: where the content goes.
        private: a folder of which nothing may be read, even if it is below the root.
    """

    def __init__(self, root: Path, files: Files, private: Path) -> None:
        self.root = root.resolve()
        self._private = private.resolve()
        self._files = files

    async def fetch(self, url: object, name: str) -> Media:
        """Stores the content at a URL.

        Args:
            url: a path or file: URL below the root, an http(s) URL on this machine, or any other (then simulated).
            name: what to call the stored file.

        Raises:
            RunError: with url_not_found, url_not_allowed, url_connection_refused, url_timeout, url_error or
                invalid_data.
        """
        if not isinstance(url, str):
            raise RunError(FailureReason.INVALID_DATA, "The payload has no url to fetch media from.")
        try:
            parts = urlsplit(url)
            path = local_path(url, parts)
            if path is not None:
                return await asyncio.to_thread(self._fetch_file, url, parts.netloc, path, name)
            if parts.scheme in ("http", "https") and parts.port != 0 and is_loopback(parts.hostname):
                return await self._fetch_http(url, parts, name)
        except (OSError, ValueError, httpx.InvalidURL) as error:
            raise RunError(FailureReason.URL_ERROR, f"{url!r} could not be read: {error}.") from error
        file_name = _file_name(parts.path)
        return Media(url, file_name, _content_type(file_name))

    def _fetch_file(self, url: str, host: str, file: str, name: str) -> Media:
        if host not in ("", "localhost"):
            raise RunError(FailureReason.URL_NOT_ALLOWED, f"{url} names a file on another machine.")
        named = self.root / file
        path = named.resolve()
        if not path.is_relative_to(self.root):
            raise RunError(
                FailureReason.URL_NOT_ALLOWED,
                f"{url} lies outside {self.root}, the only folder from which the local aiWARE reads media.",
            )
        if not self._is_media(named) or not self._is_media(path):
            raise RunError(
                FailureReason.URL_NOT_ALLOWED,
                f"{url} is a hidden file, or one of the project's own: the local aiWARE does not read these as media.",
            )
        if not path.is_file():
            raise RunError(FailureReason.URL_NOT_FOUND, f"{url} was not found: there is no file {path}.")
        stored = self._files.copy(name, path)
        sidecar = self._file_sidecar(path, name)
        return _media(url, path.name, _content_type(path.name), stored, sidecar)

    def _file_sidecar(self, path: Path, name: str) -> str | None:
        for ending in SIDECARS:
            beside = path.with_suffix(ending).resolve()
            is_media = beside.is_relative_to(self.root) and self._is_media(beside)
            if beside != path and is_media and beside.is_file():
                return self._files.copy(name + ending, beside).name
        return None

    def _is_media(self, path: Path) -> bool:
        """Whether a path may be that of media: secrets are in hidden files and folders, and in the files of stacks."""
        parts = path.relative_to(self.root).parts if path.is_relative_to(self.root) else path.parts
        is_hidden = any(part.startswith(".") and part not in (".", "..") for part in parts)
        return not (is_hidden or path.is_relative_to(self._private) or _STACK_FILE.fullmatch(path.name))

    async def _fetch_http(self, url: str, parts: SplitResult, name: str) -> Media:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            try:
                stored, content_type = await self._download(client, url, name)
                sidecar = await self._http_sidecar(client, parts, name)
            except httpx.ConnectError as error:
                raise RunError(FailureReason.URL_CONNECTION_REFUSED, f"{url} refused the connection.") from error
            except httpx.TimeoutException as error:
                message = f"{url} did not answer within {TIMEOUT_SECONDS:.0f} seconds."
                raise RunError(FailureReason.URL_TIMEOUT, message) from error
            except httpx.HTTPError as error:
                raise RunError(FailureReason.URL_ERROR, f"{url} could not be fetched: {error}.") from error
        file_name = _file_name(parts.path)
        return _media(url, file_name, content_type or _content_type(file_name), stored, sidecar)

    async def _download(self, client: httpx.AsyncClient, url: str, name: str) -> tuple[Stored, str | None]:
        async with client.stream("GET", url) as response:
            if response.status_code in (404, 410):
                raise RunError(FailureReason.URL_NOT_FOUND, f"{url} was not found (HTTP {response.status_code}).")
            if response.status_code != 200:
                raise RunError(FailureReason.URL_ERROR, f"{url} answered HTTP {response.status_code}.")
            with self._files.partial(name) as part:
                async for block in response.aiter_bytes():
                    part.write(block)
                return part.keep(), response.headers.get("content-type")

    async def _http_sidecar(self, client: httpx.AsyncClient, parts: SplitResult, name: str) -> str | None:
        for ending in SIDECARS:
            beside = str(PurePosixPath(parts.path).with_suffix(ending)) if _file_name(parts.path) else parts.path
            if beside == parts.path:
                continue
            response = await client.get(urlunsplit((parts.scheme, parts.netloc, beside, parts.query, "")))
            if response.status_code == 200:
                return self._files.write(name + ending, response.content).name
        return None


def _media(url: str, file_name: str, content_type: str, stored: Stored, sidecar: str | None) -> Media:
    return Media(url, file_name, content_type.split(";")[0].strip(), stored.name, stored.size, stored.md5, sidecar)


def local_path(url: str, parts: SplitResult, has_drives: bool = os.name == "nt") -> str | None:
    """The path that a plain path or a `file:` address names; None for any other address.

    Args:
        url: the address.
        parts: its parts.
        has_drives: whether paths can begin with a drive, which otherwise is the scheme of an address.
    """
    if has_drives and _DRIVE.match(url):
        return url
    if parts.scheme not in ("", "file"):
        return None
    path = unquote(parts.path)
    return path.removeprefix("/") if has_drives and _DRIVE.match(path) else path


def _file_name(path: str) -> str:
    return PurePosixPath(unquote(path)).name


def _content_type(file_name: str) -> str:
    return mimetypes.guess_type(file_name)[0] or DEFAULT_TYPE


def is_loopback(host: str | None) -> bool:
    """Whether a host is this machine, by its name or address."""
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
