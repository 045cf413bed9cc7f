"""aiWARE Edge (REST) as one object."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import httpx
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api.client import Client, Patience
from aiware_resources.api.edge.abilities import EDGE
from aiware_resources.api.edge.calls import new_headers
from aiware_resources.api.edge.engines import EngineCalls
from aiware_resources.api.edge.jobs import JobCalls
from aiware_resources.api.edge.login import Login
from aiware_resources.api.interface import Api
from aiware_resources.api.records import UserRecord
from aiware_resources.api.tokens import TokenSource
from aiware_resources.api.transport import Token, new_client, origin
from aiware_resources.settings import Connection, Settings


class EdgeApi(JobCalls, EngineCalls, Api):
    """The REST API of an aiWARE Edge installation; `connect` makes one.

    Args:
        settings: Timeouts, retries, and the header of the token.
        connection: Where aiWARE Edge is and how to get in.
        http: The HTTP client to use; by default a new one.
        patience: How failed requests are sent again; by default as the settings say.
    """

    abilities = EDGE

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        http: httpx.Client | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._connection = connection
        url = connection.url.rstrip("/")
        http = http or new_client(settings.request_timeout, url=url)
        patience = patience or Patience.of(settings)
        credentials = connection.credentials
        client_with = partial(Client, url, http, patience, new_headers=new_headers, own_headers=settings.headers)
        self._login = Login(credentials, client_with())
        self._tokens = TokenSource(credentials.token, self._login if credentials.has_password else None)
        to_auth = partial(Token, header=settings.auth_header)
        client = client_with(self._tokens, to_auth=to_auth)
        super().__init__(client, self._organization_of_jobs, settings.request_timeout)

    @property
    def url(self) -> str:
        return self._client.url

    def close(self) -> None:
        self._client.close()

    def token_for(self, uri: str) -> SecretStr | None:
        return self._tokens.current() if origin(uri) == origin(self.url) else None

    def me(self) -> UserRecord:
        self._tokens.current()
        if self._login.user is not None:
            return self._login.user.user()
        # Jobs are what the token is for; a call about them shows whether it is good, where there is one.
        with suppress(errors.NotImplementedByServer):
            next(self._all(), None)
        raise errors.NotFound(
            "aiWARE Edge does not show whose a token is.",
            remedy="Log in with aiware:username and aiware:password where a user is needed.",
            operation="me",
        )

    def _organization_of_jobs(self) -> str | None:
        """The organization that jobs belong to: the one set, or that of the user who has logged in.

        Without either, Edge takes that of the token.
        """
        if self._connection.organization_id is not None:
            return self._connection.organization_id
        self._tokens.current()
        return self._login.user.internal_organization_id if self._login.user else None
