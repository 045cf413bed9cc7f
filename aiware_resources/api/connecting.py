"""One API object for each place and its settings: which API it is, is decided here and nowhere else."""

from __future__ import annotations

import atexit
import os
import threading

from aiware_resources import errors
from aiware_resources.api.cloud import CloudApi
from aiware_resources.settings import Settings

Api = CloudApi
"""What entities, waiting and commands talk to."""

_connections: dict[tuple[Settings, str | None, str | None], Api] = {}
_lock = threading.Lock()


def connect(settings: Settings) -> Api:
    """Gives the API for these settings: a new one at first, the same one afterwards. Thread-safe.

    Args:
        settings: How to talk to aiWARE; `endpoint` `local` starts the local aiWARE.

    Raises:
        ConfigurationError: If the settings cannot work.
    """
    if settings.api != "cloud":
        raise errors.ConfigurationError(
            "This version cannot talk to aiWARE Edge.", remedy="Set aiware:api to cloud, or leave it out."
        )
    # Where the local aiWARE lives is no setting, yet another place is another aiWARE.
    key = (settings, os.environ.get("AIWARE_LOCAL_DATA"), os.environ.get("AIWARE_LOCAL_PORT"))
    with _lock:
        if key not in _connections:
            _connections[key] = CloudApi(settings, settings.resolve_endpoint())
        return _connections[key]


def close_connections() -> None:
    """Closes all connections of this process; the next `connect` opens new ones."""
    with _lock:
        while _connections:
            _connections.popitem()[1].close()


atexit.register(close_connections)
