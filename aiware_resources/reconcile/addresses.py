"""Addresses without their signatures: two links that differ in their signature only lead to the same recording.

A storage service signs a link differently each time. What belongs to the signature is known for S3, Google Cloud
Storage, Azure and CloudFront. A scheme counts only where all of its marks are there: an ``Expires`` or ``sp`` of
another site means something, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from aiware_resources.reconcile.paths import Path
from aiware_resources.text.times import parse_time


@dataclass(frozen=True)
class _Scheme:
    """How a service signs links.

    Attributes:
        marks: The parameters that every link signed so has; of each set, one at least.
        parts: All parameters that belong to the signature.
    """

    marks: tuple[frozenset[str], ...]
    parts: frozenset[str]


def _marks(*names: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(name.split("|")) for name in names)


def _parts(prefix: str, names: str) -> frozenset[str]:
    return frozenset(f"{prefix}{name}" for name in names.split())


_QUERY_SIGNED = "algorithm credential date expires signature signedheaders security-token"
_SCHEMES = (
    # S3 and Google Cloud Storage, Signature Version 4.
    _Scheme(_marks("x-amz-signature"), _parts("x-amz-", _QUERY_SIGNED)),
    _Scheme(_marks("x-goog-signature"), _parts("x-goog-", _QUERY_SIGNED)),
    # The same before Version 4.
    _Scheme(
        _marks("awsaccesskeyid", "signature", "expires"),
        frozenset({"awsaccesskeyid", "signature", "expires", "x-amz-security-token"}),
    ),
    _Scheme(_marks("googleaccessid", "signature", "expires"), frozenset({"googleaccessid", "signature", "expires"})),
    # Azure: a shared access signature; its end is in the link (se), or in a policy that is stored there (si).
    _Scheme(
        _marks("sig", "sv", "se|si"),
        _parts("", "sig sv se st sp sr ss srt spr sip si sdd ses skoid sktid skt ske sks skv skdutid")
        | _parts("", "saoid suoid scid"),
    ),
    # CloudFront: with a canned policy, or one of the sender's own.
    _Scheme(
        _marks("signature", "key-pair-id", "expires|policy"),
        frozenset({"signature", "key-pair-id", "expires", "policy", "hash-algorithm"}),
    ),
)


def unsigned(value: Any) -> Any:
    """A value of any shape, with every http(s) address in it, at any depth, without its signature."""
    if isinstance(value, str):
        return _unsigned_address(value) if "?" in value else value
    if isinstance(value, dict):
        return {key: unsigned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [unsigned(item) for item in value]
    return value


def signed_again(old: Any, new: Any, path: Path = ()) -> Iterator[Path]:
    """The places where two values differ in the signature of an address only."""
    if isinstance(old, str) and isinstance(new, str):
        if old != new and _unsigned_address(old) == _unsigned_address(new):
            yield path
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in old.keys() & new.keys():
            yield from signed_again(old[key], new[key], (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from signed_again(before, after, (*path, index))


def _unsigned_address(text: str) -> str:
    if not text[:8].lower().startswith(("http://", "https://")):
        return text
    address, mark, fragment = text.partition("#")
    place, _, query = address.partition("?")
    given = query.split("&")
    names = [unquote_plus(parameter.partition("=")[0]).lower() for parameter in given]
    signature = _signature(frozenset(names))
    if not signature:
        return text
    kept = [parameter for parameter, name in zip(given, names, strict=True) if name not in signature]
    return f"{place}{'?' if kept else ''}{'&'.join(kept)}{mark}{fragment}"


def _signature(names: frozenset[str]) -> frozenset[str]:
    """Which of an address's parameters are its signature."""
    found = (scheme.parts for scheme in _SCHEMES if all(names & one_of for one_of in scheme.marks))
    return frozenset[str]().union(*found)


def expired(value: Any, now: datetime) -> Iterator[tuple[str, datetime]]:
    """The signed links in a value that are known to have expired: each without its query, and since when."""
    if isinstance(value, str):
        end = _end(value)
        if end is not None and end <= now:
            yield value.partition("?")[0].rpartition("@")[2], end
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from expired(item, now)


def _end(text: str) -> datetime | None:
    """Until when a signed link is valid; ``None`` for what is not one, or does not say."""
    if "?" not in text or not text[:8].lower().startswith(("http://", "https://")):
        return None
    with suppress(ValueError, OverflowError):
        query = urlsplit(text).query
        given = {name.lower(): value for name, value in parse_qsl(query)}
        for name, seconds in (("x-amz-date", "x-amz-expires"), ("x-goog-date", "x-goog-expires")):
            if name in given and seconds in given:
                return parse_time(given[name]) + timedelta(seconds=int(given[seconds]))
        if given.keys() & {"signature", "sig"}:
            end = given.get("expires") or given.get("se")
            return None if end is None else parse_time(end)
    return None
