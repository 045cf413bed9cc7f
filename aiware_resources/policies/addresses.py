"""Which addresses may be used: none that everybody on the way can read and change."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pulumi.output import Unknown

from aiware_resources.fleet.entries import MEDIA, TEMPLATE
from aiware_resources.policies.declared import Declared, Objection, Part, shortened
from aiware_resources.reconcile.paths import Path
from aiware_resources.settings.keys import key_of

ENDPOINT = key_of("endpoint")
_PLAIN = "http://"
_FREE = frozenset({"name", "description", "details", "triggers"})
"""Texts for people, and anybody's data: nothing is fetched from what is written there."""
_OF_ENGINES = frozenset({"payload", "fields"})
"""What an engine is given, whatever it is called there."""
_ON_THE_WAY = "Everybody on the way can read and change what is sent there."


def objections(resource: Declared, hosts: Collection[str] = ()) -> Iterator[Objection]:
    """What speaks against the addresses in a resource's properties, at any depth; of a provider, that of its aiWARE.

    Args:
        resource: The resource.
        hosts: Hosts that may be reached so all the same.
    """
    endpoint = resource.properties.get(ENDPOINT)
    if isinstance(endpoint, Unknown):
        return iter([resource.not_known(ENDPOINT)])
    if endpoint is not None and not resource.is_ours:
        return endpoint_objections(f"{resource.called}: {ENDPOINT}", str(endpoint), hosts)
    return shortened(_objections(resource, hosts)) if resource.is_ours else iter(())


def endpoint_objections(label: str, endpoint: str, hosts: Collection[str] = ()) -> Iterator[Objection]:
    """What speaks against the address of aiWARE.

    Args:
        label: Where it is set: ``aiware:endpoint``.
        endpoint: The address.
        hosts: Hosts that may be reached so all the same.
    """
    if (shown := _plain(endpoint, hosts)) is not None:
        yield Objection(
            f"{label} is {shown}, an address without encryption. {_ON_THE_WAY} The token is sent there as well. Use an "
            "https address."
        )


def _objections(resource: Declared, hosts: Collection[str]) -> Iterator[Objection]:
    for where, value in _values(resource):
        if isinstance(value, Unknown):
            yield resource.not_known(where)
        elif (shown := _plain(value, hosts)) is not None:
            yield resource.objection(
                f"{where} is {shown}, an address without encryption. {_ON_THE_WAY} Use an https address, or add the "
                "host to `hosts` of the policy no-plain-http."
            )


def _values(resource: Declared) -> Iterator[tuple[str, Any]]:
    parts = [Part(resource.properties)]
    if resource.is_fleet:
        # What is made of its template and its media, entry by entry.
        rest = {key: value for key, value in resource.properties.items() if key not in {TEMPLATE, MEDIA}}
        parts = [Part(rest), *resource.jobs()]
    for part in parts:
        for path, value in _texts(part.properties, ()):
            yield part.where(path), value


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Unknown):
        # The id of an object is not an address.
        if not str(path[-1]).endswith("Id") and path[-1] != "id":
            yield path, value
    elif isinstance(value, str):
        if path[-1] == "payloadString":
            yield from _in_json(value, path)
        else:
            yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _FREE or not _OF_ENGINES.isdisjoint(path):
                yield from _texts(item, (*path, str(key)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))


def _in_json(written: str, path: Path) -> Iterator[tuple[Path, Any]]:
    try:
        payload = json.loads(written)
    except (ValueError, RecursionError):
        payload = written
    # Its own names mean what the engine makes of them.
    yield from _texts(payload, path) if isinstance(payload, dict | list) else [(path, written)]


def _plain(text: str, hosts: Collection[str]) -> str | None:
    """Scheme and host of an address without encryption; the rest may hold a secret."""
    if text.lstrip()[: len(_PLAIN)].lower() != _PLAIN:
        return None
    try:
        host = urlsplit(text.strip()).hostname or ""
    except ValueError:
        host = ""
    if host in hosts or _is_here(host):
        return None
    return f"{_PLAIN}{host}"


def _is_here(host: str) -> bool:
    """Whether it is this machine, so that nothing is sent anywhere."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
