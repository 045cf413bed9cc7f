"""Links to private recordings: what a program and the state call ``s3://...``, aiWARE gets as a signed link.

A link is made when a job is submitted. It is in the request, and so in aiWARE, and nowhere else. Its credentials are
those of the environment, as the packages of the storages find them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from aiware_resources.errors import SourceError
from aiware_resources.sources.storage import SIGNED, opened, scheme_of, told

log = logging.getLogger("aiware")

LASTS = 7 * 24 * 3600
"""Seconds for which a link is valid: as long as S3 and Google sign for. A job may be in the queue for days."""

_PLACES = frozenset({"url", "uri", "uploadUrl"})
"""Where an address is one to fetch from; elsewhere it may say where an engine is to write."""


def holds_private(value: Any) -> bool:
    """Whether there is an address in a value that aiWARE gets as a signed link."""
    if isinstance(value, str):
        # Most values are, and it takes long to ask whether one is a mapping.
        return False
    if isinstance(value, Mapping):
        return any(is_private(item) if key in _PLACES else holds_private(item) for key, item in value.items())
    return isinstance(value, list) and any(map(holds_private, value))


def is_private(value: Any) -> bool:
    """Whether a value is the address of an object in a storage that signs links."""
    return isinstance(value, str) and "://" in value and scheme_of(value) in SIGNED


def signed(value: Any) -> Any:
    """A value with signed links for the addresses of private objects in it, at any depth.

    Raises:
        SourceError: A link cannot be signed: there are no credentials, for example.
    """
    return _signed(value) if holds_private(value) else value


def _signed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _link(item) if key in _PLACES and is_private(item) else _signed(item) for key, item in value.items()
        }
    return [_signed(item) for item in value] if isinstance(value, list) else value


def _link(address: str) -> str:
    with told(address):
        try:
            storage, path = opened(address)
        except ImportError:
            # It may be meant for an engine that reads such addresses itself.
            log.warning("%s is sent as it is: the package that signs links to it is not installed", address)
            return address
        try:
            return str(storage.sign(path, expiration=LASTS))
        except Exception as error:  # each package has errors of its own
            raise SourceError(
                f"No link to {address} can be signed: {type(error).__name__}.",
                remedy="Give the run credentials that can sign: an access key, a service account or an account key.",
            ) from error
