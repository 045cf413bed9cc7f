"""The ``aiware:*`` settings of a stack: keys, credentials and endpoints, and the project whose files hold them."""

from __future__ import annotations

from aiware_resources.settings.credentials import Credentials, checked_token
from aiware_resources.settings.keys import NAMESPACE
from aiware_resources.settings.model import LOCAL, Connection, Settings

__all__ = ["LOCAL", "NAMESPACE", "Connection", "Credentials", "Settings", "checked_token"]
