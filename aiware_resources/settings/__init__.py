"""The ``aiware:*`` settings of a stack, the keys that spell them, and where credentials and endpoints come from."""

from __future__ import annotations

from aiware_resources.settings.credentials import Credentials, checked_token
from aiware_resources.settings.keys import NAMESPACE
from aiware_resources.settings.model import LOCAL, Connection, Settings

__all__ = ["LOCAL", "NAMESPACE", "Connection", "Credentials", "Settings", "checked_token"]
