"""Logging in at aiWARE Edge (operation login_user)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import SecretStr, ValidationError

from aiware_resources import errors
from aiware_resources.api.auth import login_refused, token_in
from aiware_resources.api.caller import Caller
from aiware_resources.api.edge import operations
from aiware_resources.api.edge.records import User
from aiware_resources.api.edge.transport import Reply, Request, RestTransport, words_of
from aiware_resources.api.explain import Subject
from aiware_resources.api.failures import malformed
from aiware_resources.api.json_text import read_json
from aiware_resources.api.redaction import redacted
from aiware_resources.api.retrying import RequestFailed
from aiware_resources.settings import Credentials

_CHECK = "aiware:username and aiware:password"


class EdgeLogin:
    """Gets a token for a user name and password, and notes who has logged in.

    Args:
        credentials: The user name and password.
        transport: Sends the request.
        caller: Makes the call; one without a token.
    """

    def __init__(self, credentials: Credentials, transport: RestTransport, caller: Caller) -> None:
        self._credentials = credentials
        self._transport = transport
        self._caller = caller
        self.user: User | None = None

    def __call__(self) -> SecretStr:
        """Logs in.

        Raises:
            AuthenticationFailed: Edge refused it.
            ApiError: It could not be asked.
        """
        secret = self._credentials.password
        form = {"username": self._credentials.username or "", "password": secret.get_secret_value() if secret else ""}
        answer = self._answer(form)
        if isinstance(answer.get("result"), Mapping):
            self.user = _user(answer["result"])
        return token_in(answer, "token", operations.LOGIN.name)

    def _answer(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        subject = Subject(operations.LOGIN.name, operations.LOGIN.kind, self._transport.url)
        request = Request(operations.LOGIN, body=form)
        refusal = f"aiWARE Edge refused the login of {form['username']}"

        def send() -> tuple[Mapping[str, Any], str]:
            reply = self._transport.send(request, None)
            return _object(reply), reply.request_id

        try:
            answer, request_id = self._caller.retrying(subject, form, send)
        except (errors.AuthenticationFailed, errors.BadRequest, errors.NotAllowed, errors.NotFound) as error:
            raise login_refused(error, refusal, _CHECK) from None
        if answer.get("success") is False:
            raise errors.AuthenticationFailed(
                f"{refusal}: {redacted(words_of(answer.get('error')), form) or 'it gives no reason'}.",
                remedy=f"Check {_CHECK}.",
                operation=operations.LOGIN.name,
                request_id=request_id,
            )
        return answer


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
        raise RequestFailed(replace(malformed("an answer that is not a JSON object"), request_id=reply.request_id))
    return {str(key).lower(): value for key, value in parsed.items()}


def _user(value: Any) -> User | None:
    try:
        return User.model_validate(value)
    except ValidationError:
        # The token is what a login is for.
        return None
