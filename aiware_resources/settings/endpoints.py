"""Checks of the address of an aiWARE. Pure functions; each problem is a sentence."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

EXAMPLES = {"cloud": "https://api.veritone.com/v3/graphql", "edge": "https://<host>:9000/edge/v1"}
"""An address of each API."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_loopback(host: str | None) -> bool:
    """Says whether a host name or address means this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def endpoint_problems(key: str, endpoint: str, api: str) -> list[str]:
    """Says what is wrong with the address of an API.

    Args:
        key: How the stack spells the setting that holds it.
        endpoint: The address.
        api: Which of aiWARE's APIs should be there: `cloud` or `edge`.
    """
    wanted = f"{key} must be `local` or a URL such as {EXAMPLES[api]}"
    try:
        url = urlsplit(endpoint)
        host, _ = url.hostname, url.port
    except ValueError as error:
        return [f"{wanted}, but is {endpoint.rpartition('@')[2]!r}: {error}."]
    if url.scheme not in ("http", "https") or not host:
        return [f"{wanted}, but is {_without_secrets(url)!r}."]
    problems = []
    if url.username or url.password or url.query or url.fragment:
        problems.append(f"{wanted}, without user, query or fragment; credentials have settings of their own.")
    if url.path in ("", "/"):
        usual = "GraphQL is usually at /v3/graphql" if api == "cloud" else "Edge is usually at /edge/v1"
        problems.append(f"{wanted}, but {_without_secrets(url)!r} names no path; {usual}.")
    problems += _other_api(key, url, api)
    return problems


def insecure_problems(key: str, permission: str, endpoint: str) -> list[str]:
    """Says whether an address would send the token over plain http to another machine.

    Args:
        key: How the stack spells the setting that holds the address.
        permission: How it spells the setting that allows it.
        endpoint: The address.
    """
    try:
        url = urlsplit(endpoint)
        host = url.hostname
    except ValueError:
        return []
    if url.scheme != "http" or not host or is_loopback(host):
        return []
    return [
        f"{key} would send the token to {host} over plain http: use https, or set {permission} to true if the network "
        "is trusted."
    ]


def is_uuid(text: str) -> bool:
    """Says whether a text is a UUID as aiWARE Edge writes one."""
    return _UUID.fullmatch(text) is not None


def _other_api(key: str, url: SplitResult, api: str) -> Iterator[str]:
    path = url.path.rstrip("/")
    if api == "edge" and path.endswith("/graphql"):
        yield (
            f"{key} is the address of a GraphQL API ({_without_secrets(url)}), but aiware:api is edge: give the base "
            f"address of aiWARE Edge, such as {EXAMPLES['edge']}, or set aiware:api to cloud."
        )
    if api == "cloud" and re.search(r"/edge/v\d+$", path):
        yield (
            f"{key} is the address of an aiWARE Edge ({_without_secrets(url)}), but aiware:api is cloud: set "
            f"aiware:api to edge, or give the address of a GraphQL API, such as {EXAMPLES['cloud']}."
        )


def _without_secrets(url: SplitResult) -> str:
    """The address without user, password and query."""
    host = url.netloc.rpartition("@")[2]
    return SplitResult(url.scheme, host, url.path, "", "").geturl()
