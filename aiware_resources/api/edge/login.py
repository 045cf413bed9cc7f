"""Logging in at aiWARE Edge (operation login_user)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from aiware_resources import errors
from aiware_resources.api.client import Client
from aiware_resources.api.edge.calls import Calls, Operation, Request, words_of
from aiware_resources.api.edge.records import User
from aiware_resources.api.failures import RequestFailed, malformed
from aiware_resources.api.json_text import read_json
from aiware_resources.api.redaction import redacted
from aiware_resources.api.tokens import login_refused, token_in
from aiware_resources.api.transport import Reply
from aiware_resources.settings import Credentials

# Logging in twice does no harm.
LOGIN = Operation("login_user", "POST", "/admin/users/login")

_CHECK = "aiware:username and aiware:password"


class Login(Calls):
    """Gets a token for a user name and password, and notes who has logged in.

    Args:
        credentials: The user name and password.
        client: Makes the call, without a token.
    """

    def __init__(self, credentials: Credentials, client: Client) -> None:
        super().__init__(client)
        self._credentials = credentials
        self.user: User | None = None

    def __call__(self) -> SecretStr:
        """Logs in.

        Raises:
            AuthenticationFailed: Edge refused it.
            ApiError: It could not be asked.
        """
        secret = self._credentials.password
        form = {"username": self._credentials.username or "", "password": secret.get_secret_value() if secret else ""}
        refusal = f"aiWARE Edge refused the login of {form['username']}"
        try:
            answer, request_id = self._answered(
                Request(LOGIN, body=form), lambda reply: (_object(reply), reply.request_id)
            )
        except (errors.AuthenticationFailed, errors.BadRequest, errors.NotAllowed, errors.NotFound) as error:
            raise login_refused(error, refusal, _CHECK) from None
        if answer.get("success") is False:
            raise errors.AuthenticationFailed(
                f"{refusal}: {redacted(words_of(answer.get('error')), form) or 'it gives no reason'}.",
                remedy=f"Check {_CHECK}.",
                operation=LOGIN.name,
                request_id=request_id,
            )
        if isinstance(answer.get("result"), Mapping):
            self.user = _user(answer["result"])
        return token_in(answer, "token", LOGIN.name)


def _object(reply: Reply) -> Mapping[str, Any]:
    """The answer as an object, with the names of its fields in lower case.

    Raises:
        RequestFailed: If it is something else: whether the login is refused is open then.
    """
    try:
        parsed = read_json(reply.content)
    except ValueError:
        parsed = None
    if not isinstance(parsed, Mapping):
        raise RequestFailed(malformed("an answer that is not a JSON object"))
    return {str(key).lower(): value for key, value in parsed.items()}


def _user(value: Any) -> User | None:
    try:
        return User.model_validate(value)
    except ValidationError:
        # The token is what a login is for.
        return None
