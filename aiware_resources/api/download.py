"""Downloads: streamed, atomic, and careful with tokens and signed links.

A signed link carries its own right in its query, and so it is a secret: it is never named in an error, and it never
takes the aiWARE token along. An unsigned link on aiWARE's own host needs the token, and only that host gets it.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.client import Patience, attempts_of
from aiware_resources.api.connecting import connect
from aiware_resources.api.deadlines import Transfer, limited
from aiware_resources.api.failures import (
    NETWORK_ERRORS,
    Cause,
    Failure,
    Kind,
    RequestFailed,
    from_network,
    from_status,
)
from aiware_resources.api.file_names import clean_name
from aiware_resources.api.local_file import Progress
from aiware_resources.api.redaction import without_query
from aiware_resources.api.transport import Token, new_client
from aiware_resources.settings import Settings

_CHUNK = 1 << 18
_MOST_REDIRECTS = 5
_EXPIRED = {401, 403, 410}


@dataclass(frozen=True)
class Downloaded:
    """A file that has arrived whole.

    Attributes:
        path: Where it is.
        size: Its size in bytes.
        sha256: Its SHA-256, in hexadecimal.
        name: What the server calls it, without folders; None when it does not show.
    """

    path: Path
    size: int
    sha256: str
    name: str | None = None


def download(
    settings: Settings,
    uri: str,
    destination: Path,
    *,
    with_token: bool = False,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Downloaded:
    """Downloads a file; the destination has either its whole content or is as it was before.

    Args:
        settings: Timeouts, retries, and the largest size that is downloaded.
        uri: An http(s) address, signed or not.
        destination: The file to write; folders that are missing are made, an existing file is replaced.
        with_token: Whether the address is unsigned and needs the aiWARE token, which goes to aiWARE's own host only.
        patience: How failed requests are sent again; by default as the settings say.
        progress: Is told how many bytes have come, and of how many (0 when the server does not show).

    Raises:
        DownloadFailed: If the file could not be fetched or not be written, or is too large.
    """
    _check(uri)
    token = connect(settings).token_for(uri) if with_token else None
    patience = patience or Patience(max_retries=settings.max_retries)
    retrying = patience.retrying(Kind.READ, f"download from {httpx.URL(uri).host}")

    def attempt(client: httpx.Client) -> Downloaded:
        with limited(Transfer(settings.request_timeout)), _response(client, uri, token) as response:
            return _write(response, destination, settings.max_download_size, progress)

    try:
        with new_client(settings.request_timeout, url=uri) as client:
            return retrying(attempt, client)
    except RequestFailed as error:
        raise _explained(error.failure, attempts_of(retrying), uri) from None
    except OSError as error:
        raise errors.DownloadFailed(
            f"{destination} could not be written: {error.strerror or error}.",
            remedy="Check the folder's permissions and the free space.",
        ) from error


def _check(uri: str) -> None:
    try:
        url = httpx.URL(uri)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise errors.DownloadFailed(
            f"{without_query(uri)} cannot be downloaded: it is not an http(s) address.",
            remedy="aiWARE gave an address that this library cannot use; fetch it by other means.",
        )


@contextmanager
def streamed(settings: Settings, uri: str, part: str | None = None) -> Iterator[httpx.Response]:
    """A file, or a part of it, of which as much is read as is wanted.

    Args:
        settings: How long to wait for a part of it.
        uri: An http(s) address, signed or not.
        part: Which bytes, as the header ``Range`` says it; ``None`` for all.

    Raises:
        DownloadFailed: If it could not be fetched.
    """
    _check(uri)
    try:
        with (
            new_client(settings.request_timeout, url=uri) as client,
            _response(client, uri, None, {"Range": part} if part else {}) as response,
        ):
            yield response
    except RequestFailed as error:
        raise _explained(error.failure, 1, uri) from None


@contextmanager
def _response(
    client: httpx.Client, uri: str, token: SecretStr | None, more: Mapping[str, str] | None = None
) -> Iterator[httpx.Response]:
    """A successful response whose body is yet to be read, after redirects; the token does not follow them."""
    # Sizes are compared with those of files: no compression on the way.
    headers = {"Accept-Encoding": "identity", **(more or {})}
    url, auth = httpx.URL(uri), Token(token) if token else None
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            with client.stream("GET", url, headers=headers, auth=auth) as response:
                if response.next_request is None:
                    if failure := from_status(response.status_code, response.headers):
                        raise RequestFailed(failure)
                    yield response
                    return
                url, auth = response.next_request.url, None
    except NETWORK_ERRORS as error:
        raise RequestFailed(from_network(error)) from error
    raise RequestFailed(Failure(Cause.REFUSED, errors.WrongUrl, "too many redirects"))


def _write(response: httpx.Response, destination: Path, most: int, progress: Progress | None) -> Downloaded:
    """Writes the body beside the destination, and renames it there once it is whole."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    # Not named after the destination: the name of that may be as long as a name can be.
    part = destination.with_name(f".{uuid.uuid4().hex}.part")
    digest, size = hashlib.sha256(), 0
    total = _number(response.headers.get("content-length")) or 0
    _check_size(destination, total, most)
    try:
        with part.open("xb") as file:
            for chunk in response.iter_bytes(_CHUNK):
                size += len(chunk)
                if size > most:
                    raise too_large(destination, f"more than {most} bytes")
                file.write(chunk)
                digest.update(chunk)
                if progress is not None:
                    progress(size, total)
        part.replace(destination)
    finally:
        part.unlink(missing_ok=True)
    return Downloaded(destination, size, digest.hexdigest(), _file_name(response.headers))


def _check_size(destination: Path, size: int, most: int) -> None:
    """Refuses a file before any of it is written: one that is too large, or that does not fit."""
    if size > most:
        raise too_large(destination, f"{size} bytes")
    free = shutil.disk_usage(destination.parent).free
    if size > free:
        raise errors.DownloadFailed(
            f"{destination} could not be written: it has {size} bytes, and {free} are free.",
            remedy="Make room on the disk, or choose another folder.",
        )


def too_large(place: Path, size: str) -> errors.DownloadFailed:
    """The error of a download that exceeds `aiware:maxDownloadSize`.

    Args:
        place: Where it was to go.
        size: What is known of its size.
    """
    return errors.DownloadFailed(
        f"{place} was not written: the download has {size}, which is more than aiware:maxDownloadSize allows.",
        remedy="Set aiware:maxDownloadSize to a larger size, such as 200gb, if that is expected.",
    )


def _file_name(headers: httpx.Headers) -> str | None:
    """The name in Content-Disposition, plain or encoded (RFC 6266), without folders and fit to be written."""
    message = Message()
    message["Content-Disposition"] = headers.get("content-disposition", "")
    return clean_name(message.get_filename())


def _number(text: str | None) -> int | None:
    # No size has more digits: Python raises an error for very long numbers.
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 20 else None


def _explained(failure: Failure, attempts: int, uri: str) -> errors.DownloadFailed:
    status = failure.status
    where = without_query(uri)
    tried = f" after {attempts} attempts" if attempts > 1 else ""
    if status in _EXPIRED:
        remedy = "The link may have expired: run it again, which asks aiWARE for a fresh one."
    elif status is not None and status < 500:
        remedy = "The file may have been deleted in aiWARE."
    else:
        remedy = "Check the network, and run it again."
    said = without_query(failure.message).strip().rstrip(".")
    return errors.DownloadFailed(f"{where} could not be downloaded{tried}: {said}.", remedy=remedy, status=status)
