"""What web servers list: pages with links, as servers make them of their folders, and the JSON that nginx makes."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit

from aiware_resources.errors import SourceError
from aiware_resources.sources.items import Item, Wanted, in_utc

if TYPE_CHECKING:
    import httpx

    from aiware_resources.api.transport import Reply

_TIMEOUT = 60.0
_SIDE_BY_SIDE = 8
"""How many files are asked about at a time."""

_MOST_RETRIES = 3
"""How often a request is sent again that the server could not answer for the moment."""

_MISSING = frozenset({404, 410})
_NO_HEAD = frozenset({405, 501})
"""The answers of servers that tell nothing of a file without sending it."""


def fetched(url: str) -> Reply:
    """Reads a page.

    Raises:
        SourceError: It cannot be read.
    """
    with closing(_client(url)) as client:
        return _read(client, url)


def _client(url: str) -> httpx.Client:
    from aiware_resources.api.transport import new_client

    client = new_client(_TIMEOUT, url=url)
    client.follow_redirects = True
    return client


def _read(client: httpx.Client, url: str, method: str = "GET", expected: Container[int] = frozenset({200})) -> Reply:
    from aiware_resources.api.client import Patience
    from aiware_resources.api.failures import Kind, RequestFailed, from_status
    from aiware_resources.api.transport import whole_answer

    def attempt() -> Reply:
        reply = whole_answer(client, method, url)
        failure = from_status(reply.status, reply.headers)
        if failure is not None and reply.status not in expected:
            raise RequestFailed(failure)
        return reply

    try:
        reply = Patience(_MOST_RETRIES).retrying(Kind.READ, f"{method} {shown(url)}")(attempt)
    except RequestFailed as error:
        status = error.failure.status
        if status is None:
            raise SourceError(f"{shown(url)} cannot be read: {error}") from error
        raise _refused(url, status) from error
    if reply.status not in expected:
        raise _refused(url, reply.status)
    return reply


def _refused(url: str, status: int) -> SourceError:
    if status in _MISSING:
        remedy = "Check the address."
    elif status == 429 or status >= 500:
        remedy = "Run it again later."
    else:
        remedy = "Check that it may be read without a login."
    return SourceError(f"{shown(url)} cannot be read: it answers HTTP {status}.", remedy=remedy)


def shown(url: str) -> str:
    """An address without what may be secret in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def files_on(url: str, first: Reply, wanted: Wanted) -> Iterator[Item]:
    """Lists the files that an index links to, and those of its folders.

    Pages do not say size and time in any one way, so each file whose name matches is asked for them (``HEAD``).

    Args:
        url: The address of the index.
        first: Its answer.
        wanted: Which files are wanted.

    Raises:
        SourceError: A page cannot be read, or the server refuses to tell of a file.
    """
    asked = urlsplit(url)
    # Servers send those who ask for a folder to its name with a slash. Not all do; then a dot tells a page.
    is_folder = first.path.endswith("/") or "." not in asked.path.rpartition("/")[2]
    base = url if asked.path.endswith("/") or not is_folder else asked._replace(path=f"{asked.path}/").geturl()
    top = urljoin(base, ".")
    with closing(_client(url)) as client, ThreadPoolExecutor(_SIDE_BY_SIDE) as threads:
        pages, seen = [(base, first)], {base}
        while pages:
            page, reply = pages.pop()
            files: list[Item] = []
            for item in _listed(page, top, reply):
                if item.url in seen:
                    continue
                seen.add(item.url)
                if item.url.endswith("/"):
                    pages.append((item.url, _read(client, item.url)))
                elif wanted.matches(item.path):
                    files.append(item)
            yield from filter(None, threads.map(lambda item: _asked(client, item), files))


def _listed(page: str, top: str, reply: Reply) -> Iterator[Item]:
    """What a page links to below the top; folders end in a slash."""
    if "json" in reply.headers.get("content-type", ""):
        for each in _json(page, reply):
            folder = "/" if each.get("type") == "directory" else ""
            # A name is not an address: it may have a # or ? in it.
            name = quote(str(each["name"]).rstrip("/"), safe="")
            url = urljoin(page, f"./{name}{'/' if str(each['name']).endswith('/') else folder}")
            size = each.get("size")
            known = size if isinstance(size, int) and size >= 0 else None
            yield Item(_within(url, top), url, _within(url, top), known, _date(each.get("mtime")))
        return
    text = reply.content.decode("utf-8", "replace")
    if _is_cut(text, reply.headers):
        raise SourceError(f"{shown(page)} is a page that was cut: its end is missing.", remedy="Run it again.")
    links = _Links()
    links.feed(text)
    for href in links.found:
        try:
            url = urldefrag(urljoin(page, href)).url
        except ValueError:
            continue
        # Links that sort the page, and those to elsewhere, lead to no file.
        if url.startswith(top) and url != top and not urlsplit(url).query:
            yield Item(_within(url, top), url, _within(url, top))


def _is_cut(text: str, headers: Mapping[str, str]) -> bool:
    """Whether a page has no end, where the server does not say how long it is: then the HTTP library cannot tell."""
    folded = text.casefold()
    is_told = "content-length" in headers or "transfer-encoding" in headers
    return not is_told and "<html" in folded and "</html" not in folded


def _json(page: str, reply: Reply) -> list[dict[str, Any]]:
    try:
        listed = json.loads(reply.content)
    except ValueError as error:
        raise SourceError(f"{shown(page)} is not JSON.") from error
    if not isinstance(listed, list) or not all(isinstance(each, dict) and "name" in each for each in listed):
        raise SourceError(
            f"{shown(page)} is not an index: it needs a list of objects with a name, as nginx makes them of a folder."
        )
    return listed


def _within(url: str, top: str) -> str:
    return unquote(url[len(top) :])


def _asked(client: httpx.Client, item: Item) -> Item | None:
    """An item with the size and time that its server tells; ``None`` when the link leads to nothing."""
    if item.size is not None and item.modified is not None:
        return item
    reply = _read(client, item.url, "HEAD", {200, *_MISSING, *_NO_HEAD})
    if reply.status in _MISSING:
        return None
    if reply.status in _NO_HEAD:
        return item
    size = reply.headers.get("content-length", "")
    modified = _date(reply.headers.get("last-modified"))
    return replace(item, size=int(size) if size.isdigit() else None, modified=modified)


def _date(text: Any) -> Any:
    try:
        return None if not text else in_utc(parsedate_to_datetime(text))
    except ValueError:
        return in_utc(text)


class _Links(HTMLParser):
    """Finds the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes note of a link."""
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)
