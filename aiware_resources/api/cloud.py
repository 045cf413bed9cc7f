"""The aiWARE cloud API (GraphQL) as one object."""

from __future__ import annotations

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api import documents
from aiware_resources.api.abilities import CLOUD
from aiware_resources.api.assets import AssetCalls
from aiware_resources.api.auth import TokenSource, login_with
from aiware_resources.api.clusters import ClusterCalls
from aiware_resources.api.engines import EngineCalls
from aiware_resources.api.exports import ExportCalls
from aiware_resources.api.fleets import FleetCalls
from aiware_resources.api.interface import Api
from aiware_resources.api.jobs import JobCalls
from aiware_resources.api.records import UserRecord
from aiware_resources.api.retrying import Patience
from aiware_resources.api.session import Session
from aiware_resources.api.tdos import TdoCalls
from aiware_resources.api.transport import Transport, new_client, origin
from aiware_resources.settings import Connection, Settings


class CloudApi(ClusterCalls, EngineCalls, TdoCalls, AssetCalls, JobCalls, FleetCalls, ExportCalls, Api):
    """aiWARE's GraphQL API. Synchronous and thread-safe; `connect` makes one.

    Inputs are plain dictionaries under the API's own names, answers are records. Reads are retried; a mutation is sent
    again only when it surely was not applied.

    Args:
        settings: Timeouts, retries and batch sizes.
        connection: Where aiWARE is and how to get in.
        client: The HTTP client to use; by default a new one.
        patience: How failed requests are sent again; by default as the settings say.
    """

    abilities = CLOUD

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        client: httpx.Client | None = None,
        patience: Patience | None = None,
    ) -> None:
        client = client or new_client(settings.request_timeout, url=connection.url)
        patience = patience or Patience.of(settings)
        self._transport = Transport(connection.url, client)
        login = login_with(connection.credentials, Session(self._transport, patience))
        self._tokens = TokenSource(connection.credentials.token, login)
        super().__init__(Session(self._transport, patience, self._tokens), settings.poll_batch_size)

    @property
    def url(self) -> str:
        """Address of the GraphQL API."""
        return self._transport.url

    def token_for(self, uri: str) -> SecretStr | None:
        """The token, if the address is on aiWARE's own host and port; None for every other address."""
        return self._tokens.current() if origin(uri) == origin(self.url) else None

    def has_target(self, target_id: str | None) -> bool:
        """Says whether the TDO that a job worked on is there (`temporalDataObject(id:)`).

        Raises:
            ApiError: If it could not be read.
        """
        return target_id is not None and target_id in self.tdos([target_id])

    def me(self) -> UserRecord:
        """Reads the user behind the token (`me`).

        Raises:
            NotFound: The token is an API key of an organization, and belongs to no user.
            ApiError: If the user could not be read.
        """
        value = self._session.execute(documents.ME, {})
        if value is None:
            raise errors.NotFound(
                "The token belongs to no user: it is an API key of an organization.",
                remedy="Log in as a user where one is needed.",
                operation=documents.ME.field,
            )
        return self._parsed(UserRecord, value, documents.ME)

    def close(self) -> None:
        """Closes the pooled connections."""
        self._transport.close()
