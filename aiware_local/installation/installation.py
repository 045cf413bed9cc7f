"""The whole local aiWARE of one data folder, and one call to it."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from ariadne import MutationType, QueryType
from graphql import GraphQLResolveInfo
from starlette.datastructures import UploadFile

from aiware_local.installation.auth import ControlKey, Signer, Tokens, load_credentials
from aiware_local.installation.behaviour import Behaviour
from aiware_local.installation.catalogue import CATALOGUE_TIME, Catalogue, load_catalogue
from aiware_local.installation.errors import ApiError, ErrorName, not_found
from aiware_local.installation.faults import Fault, Faults, conditions_of
from aiware_local.installation.lists import Paging
from aiware_local.installation.media import MediaFetcher
from aiware_local.installation.request_log import RequestLog
from aiware_local.installation.scalars import Clock
from aiware_local.recognition.recognizer import Recognizer
from aiware_local.storage.files import Files
from aiware_local.storage.ids import new_uuid
from aiware_local.storage.store import DATABASE, Record, Store

QUERY = QueryType()
MUTATION = MutationType()
"""The root types, to which the modules of the services add their fields."""
ORGANIZATION_ID = "17532"
"""The one organization of every local aiWARE."""
ORGANIZATION: Record = {
    "id": ORGANIZATION_ID,
    "name": "Local aiWARE",
    "type": ["agency"],
    "jsondata": {},
    "createdDateTime": CATALOGUE_TIME,
    "modifiedDateTime": CATALOGUE_TIME,
    "status": "active",
    "seats": 1,
    "seatLimit": 1,
}
CONTENT = ("cluster", "tdo", "asset", "job", "export")
"""The kinds of records that a reset removes."""
FIRST_TDO_ID = 400_000_000


class Installation:
    """The records, files, settings and keys of one data folder.

    Args:
        data: the data folder; made if it is not there.
        media_root: the folder below which engines may read files that a URL or path names.
        clock: the time.
        recognition: whether speech is really recognized.

    Attributes:
        recognizer: what recognizes speech; None where that is switched off.
    """

    def __init__(self, data: Path, media_root: Path, clock: Clock | None = None, *, recognition: bool = False) -> None:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.data = data
        self.clock = clock or Clock()
        self.store = Store(data / DATABASE)
        self.files = Files(data / "files")
        self.catalogue: Catalogue = load_catalogue()
        self.behaviour = Behaviour(self.store, self.catalogue)
        self.faults = Faults(self.store)
        self.requests = RequestLog(self.store)
        self.tokens = Tokens(self.store, self.clock, load_credentials(data))
        self.control_key = ControlKey(data)
        self.signer = Signer(data)
        self.media = MediaFetcher(media_root, self.files, private=data)
        self.recognizer = Recognizer() if recognition else None
        # Programs that engines start: no more at a time than there are processors.
        self.processes = asyncio.Semaphore(os.cpu_count() or 1)
        self.user_id = str(self.store.setting("userId") or new_uuid())
        self.store.set("userId", self.user_id)

    def next_tdo_id(self) -> str:
        """The id of a new TDO: digits that were never given before, not even before a reset."""
        last = self.store.setting("lastTdoId")
        number = int(FIRST_TDO_ID + secrets.randbelow(100_000_000) if last is None else last) + 1
        self.store.set("lastTdoId", number)
        return str(number)

    def reset(self) -> None:
        """Empties the organization and clears behaviour, faults and request counts. Tokens stay valid."""
        with self.store.transaction():
            self.store.clear(*CONTENT)
            self.behaviour.clear()
            self.faults.clear()
            self.requests.clear()
        self.files.clear()

    def close(self) -> None:
        """Closes the store."""
        self.store.close()


@dataclass
class Call:
    """One request to the API, for the resolvers.

    Attributes:
        installation: where it goes.
        now: when it came, in seconds since the epoch; the same for all its fields.
        base_url: how the client addresses the server, without a slash at the end.
        upload: the file part of a multipart request.
        failing: root fields that a fault makes fail, by name; an empty name means all.
        executed: how often each root field was executed.
        conditions: the faults that last, for what is read.
        replica: what is read instead of the installation's own store, if it lags.
        found: what root fields have found, or their errors, by response key: none of them is executed twice.
    """

    installation: Installation
    now: float
    base_url: str
    upload: UploadFile | None = None
    failing: dict[str, str] = field(default_factory=dict)
    executed: Counter[str] = field(default_factory=Counter)
    conditions: list[Fault] = field(default_factory=list)
    replica: Store | None = None
    found: dict[str | int, Any] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The records."""
        return self.installation.store if self.replica is None else self.replica

    def reading(self, operation: str, *, is_list: bool) -> Call:
        """The call as a root field or operation sees it that only reads: where reads lag, new records are missing."""
        dialect = self.installation.behaviour.settings.dialect
        lag = max(conditions_of(self.conditions, operation).lag, dialect.list_lag if is_list else 0)
        return replace(self, replica=self.installation.store.until(self.now - lag)) if lag else self

    def unreadable(self, operation: str) -> frozenset[str]:
        """The ids that cannot be read by a root field or operation."""
        return conditions_of(self.conditions, operation).unreadable

    @property
    def paging(self) -> Paging:
        """How lists are paged."""
        counts_all = any(fault.action.total_count for fault in self.conditions)
        return Paging(counts_all, self.installation.behaviour.settings.dialect.page_size)

    def find(self, kind: str, object_type: str, record_id: object) -> Record:
        """The record.

        Raises:
            ApiError: not_found.
        """
        record = self.store.get(kind, str(record_id))
        if record is None:
            raise not_found(object_type, str(record_id))
        return record

    def signed(self, path: str) -> str:
        """A signed URI of a path of this server."""
        lifetime = self.installation.behaviour.settings.uri_seconds
        return self.base_url + self.installation.signer.sign(path, self.now, lifetime)

    def require_own_organization(self, organization_id: object, field_name: str) -> None:
        """Refuses another organization than the caller's.

        Raises:
            ApiError: not_allowed.
        """
        if organization_id is not None and str(organization_id) != ORGANIZATION_ID:
            raise ApiError(
                ErrorName.NOT_ALLOWED,
                f"{field_name} is {organization_id}: the token has no rights in that organization.",
                field=field_name,
            )


Info: TypeAlias = GraphQLResolveInfo[Call]
"""The second argument of a resolver; its `context` is the call."""
