"""Which state this run works on.

Project, stack and resource name do not tell: two clones of one repository, each with its state in a folder of its own,
have the same. What one of them made must never be taken by the other, and deleted by its ``destroy``.
"""

from __future__ import annotations

import json
import logging
import os
import re
import uuid
from functools import cache
from pathlib import Path, PurePath, PureWindowsPath
from urllib.parse import urlsplit

from aiware_resources.errors import ConfigurationError
from aiware_resources.settings.project import Project

log = logging.getLogger("aiware")

_DRIVE = re.compile(r"/[A-Za-z]:")

ID_FILE = "aiware-id"
"""Beside the state in a folder: a random id, which goes wherever the folder goes."""


_PASSWORDS = frozenset({"password", "sslpassword"})
"""The parameters of a database's address that are secret."""


@cache
def state_identity() -> str:
    """Tells this state from all others: a folder by an id of its own in it, any other backend by its address.

    A password in the address is not a part of it: it changes, and the state stays the same.
    """
    address = _address()
    folder = folder_of(address)
    if folder is None:
        return _without_password(address)
    return _id_in(folder) or str(folder.resolve())


@cache
def earlier_identity() -> str | None:
    """What earlier releases told this state by, if that is something else: an address with its password."""
    address = _address()
    return address if folder_of(address) is None and address != state_identity() else None


def _address() -> str:
    return os.environ.get("PULUMI_BACKEND_URL") or _of_project() or _logged_in()


def _without_password(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    login, at, place = parts.netloc.rpartition("@")
    open_ = [each for each in parts.query.split("&") if each.partition("=")[0] not in _PASSWORDS]
    without = parts._replace(netloc=login.partition(":")[0] + at + place, query="&".join(open_))
    # An address without a password stays as it is: `geturl` spells some addresses differently.
    return address if without == parts else without.geturl()


def folder_of(address: str) -> Path | None:
    """The folder in which a backend keeps its states; None for one that is not a folder."""
    if not address.startswith("file://"):
        return None
    return Path(local_path(address)).expanduser() / ".pulumi"


def local_path(address: str, paths: type[PurePath] = Path) -> PurePath:
    """The path in a ``file://`` address, of which Pulumi takes everything but a query; on Windows with its drive.

    Args:
        address: The address.
        paths: The kind of paths; by default that of this machine.
    """
    named = address.removeprefix("file://").partition("?")[0]
    # An address as URLs have it, file:///C:/state, begins with a slash that is not a part of the path.
    is_url = issubclass(paths, PureWindowsPath) and _DRIVE.match(named)
    return paths(named[1:] if is_url else named)


def _of_project() -> str:
    """The backend that the project names, if it names one."""
    try:
        backend = Project(Path()).manifest.get("backend")
    except ConfigurationError:
        return ""
    return str(backend.get("url") or "") if isinstance(backend, dict) else ""


def _logged_in() -> str:
    """The backend of the latest `pulumi login`."""
    home = Path(os.environ.get("PULUMI_HOME") or Path("~/.pulumi").expanduser())
    try:
        known = json.loads((home / "credentials.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(known.get("current") or "") if isinstance(known, dict) else ""


def _id_in(folder: Path) -> str | None:
    """The id of a folder with states, made at first use; None where it cannot be kept."""
    path = folder / ID_FILE
    new = path.with_name(f"{ID_FILE}.{uuid.uuid4().hex}")
    try:
        if not path.exists():
            # Linked into place whole, so that two processes that come at the same time agree.
            new.write_text(uuid.uuid4().hex, encoding="utf-8")
            try:
                path.hardlink_to(new)
            except FileExistsError:
                log.debug("another process has made %s just now", path)
            finally:
                new.unlink()
        return path.read_text(encoding="utf-8").strip() or None
    except OSError as error:
        log.debug("%s cannot be kept: %s", path, error)
        return None
