"""One API object for each place and its settings: which API it is, is decided here and nowhere else."""

from __future__ import annotations

import atexit
import os
import signal
import threading
from contextlib import suppress
from datetime import datetime

from aiware_resources.api.abilities import Abilities
from aiware_resources.api.cloud import CloudApi
from aiware_resources.api.edge import EdgeApi
from aiware_resources.api.explain import host_of
from aiware_resources.api.interface import Api
from aiware_resources.api.rate_limit import Traffic, shared_folder, traffic_between
from aiware_resources.settings import Settings

_APIS: dict[str, type[CloudApi] | type[EdgeApi]] = {"cloud": CloudApi, "edge": EdgeApi}
_connections: dict[tuple[Settings, str | None, str | None], Api] = {}
_lock = threading.Lock()


def connect(settings: Settings, *, start: bool = True) -> Api:
    """Gives the API for these settings: a new one at first, the same one afterwards. Thread-safe.

    Args:
        settings: How to talk to aiWARE.
        start: Whether the local aiWARE is started where it is the endpoint and does not run.

    Raises:
        ConfigurationError: If the settings cannot work, or the local aiWARE does not run.
    """
    # The place of the local aiWARE is not a setting, yet another place is another aiWARE.
    key = (settings, os.environ.get("AIWARE_LOCAL_DATA"), os.environ.get("AIWARE_LOCAL_PORT"))
    with _lock:
        if key not in _connections:
            _connections[key] = _APIS[settings.api](settings, settings.resolve_endpoint(start=start))
        return _connections[key]


def abilities_of(settings: Settings) -> Abilities:
    """Says what the API that these settings name can do; makes no connection."""
    return _APIS[settings.api].abilities


def traffic_of(api: Api, since: datetime, until: datetime) -> Traffic | None:
    """The requests to an aiWARE in some time, those of all processes of this user on this machine with the same token.

    Args:
        api: Where they went.
        since: The beginning, by the clock of this machine.
        until: The end.

    Returns:
        How many there were; ``None`` where that is not known: each process that logs in has a token of its own.
    """
    token = api.token_for(api.url)
    if token is None:
        return None
    secret = token.get_secret_value()
    return traffic_between(shared_folder(), host_of(api.url), secret, since.timestamp(), until.timestamp())


def close_connections() -> None:
    """Closes all connections of this process; the next `connect` opens new ones."""
    with _lock:
        _close()


def _close() -> None:
    while _connections:
        _connections.popitem()[1].close()


@atexit.register
def _close_at_exit() -> None:
    # An engine that has heard of a failure interrupts the program, which may be ending already; and a thread that the
    # process does not wait for may still be using a connection. A traceback would be the last words of a run.
    with suppress(BaseException):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # It is not given back: no such thread opens another connection while Python takes down what that needs.
        _lock.acquire()
        _close()
