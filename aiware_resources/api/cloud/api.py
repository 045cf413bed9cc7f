"""The aiWARE cloud API (GraphQL) as one object."""

from __future__ import annotations

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.abilities import Abilities, Refusal
from aiware_resources.api.client import Client, Patience
from aiware_resources.api.cloud.clusters import ClusterCalls
from aiware_resources.api.cloud.engines import EngineCalls
from aiware_resources.api.cloud.exports import ExportCalls
from aiware_resources.api.cloud.fleets import FleetCalls
from aiware_resources.api.cloud.graphql import query
from aiware_resources.api.cloud.jobs import JobCalls
from aiware_resources.api.cloud.login import login_with
from aiware_resources.api.cloud.tdos import TdoCalls
from aiware_resources.api.interface import Api
from aiware_resources.api.records import UserRecord
from aiware_resources.api.tokens import TokenSource
from aiware_resources.api.transport import new_client, origin
from aiware_resources.settings import Connection, Settings

ME = query("me", "", " { id name email organizationId organization { id name } }")

CLOUD = Abilities(
    "aiWARE's cloud API",
    refusals=(
        Refusal(
            ("onDestroy",),
            "cannot be delete: aiWARE's cloud API has no call to delete a job. Give cancel (its default) or retain; "
            "onDestroyTarget says what happens to the TDO",
            lambda value: value == "delete",
        ),
    ),
)
"""What the cloud API (GraphQL) can do: everything, but deleting jobs."""


class CloudApi(ClusterCalls, EngineCalls, TdoCalls, JobCalls, FleetCalls, ExportCalls, Api):
    """aiWARE's GraphQL API; `connect` makes one.

    Args:
        settings: Timeouts, retries and batch sizes.
        connection: Where aiWARE is and how to get in.
        http: The HTTP client to use; by default a new one.
        patience: How failed requests are sent again; by default as the settings say.
    """

    abilities = CLOUD

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        http: httpx.Client | None = None,
        patience: Patience | None = None,
    ) -> None:
        http = http or new_client(settings.request_timeout, url=connection.url)
        patience = patience or Patience.of(settings)
        own = settings.headers
        login = login_with(connection.credentials, Client(connection.url, http, patience, own_headers=own))
        self._tokens = TokenSource(connection.credentials.token, login)
        client = Client(connection.url, http, patience, self._tokens, own_headers=own)
        super().__init__(client, settings.poll_batch_size)

    @property
    def url(self) -> str:
        return self._client.url

    def close(self) -> None:
        self._client.close()

    def token_for(self, uri: str) -> SecretStr | None:
        return self._tokens.current() if origin(uri) == origin(self.url) else None

    def me(self) -> UserRecord:
        value = self._execute(ME, {})
        if value is None:
            raise errors.NotFound(
                "The token belongs to no user: it is an API key of an organization.",
                remedy="Log in as a user where one is needed.",
                operation=ME.field,
            )
        return self._parsed(UserRecord, value, ME)
