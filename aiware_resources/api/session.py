"""A session with one aiWARE: sends documents, retries where that is safe, and raises errors that explain themselves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from pydantic import SecretStr

from aiware_resources.api import answers
from aiware_resources.api.documents import Lookup, Operation
from aiware_resources.api.explain import Subject, object_of, to_error
from aiware_resources.api.failures import Cause, Failure, Kind
from aiware_resources.api.gate import Gate
from aiware_resources.api.redaction import redacted
from aiware_resources.api.retrying import GaveUp, Patience, RequestFailed, with_retries
from aiware_resources.api.transport import FilePart, Reply, Transport

T = TypeVar("T")
logger = logging.getLogger(__name__)


class Tokens(Protocol):
    """Where a session has its token from."""

    def current(self) -> SecretStr:
        """The token to send now, after a login where one is needed."""

    def renew(self, refused: SecretStr) -> bool:
        """Gets another token than the refused one; False where that is not possible."""


class Session:
    """Executes GraphQL documents. Thread-safe.

    Args:
        transport: Sends them.
        patience: How failed requests are sent again.
        tokens: Where the token comes from; None for a session that has none, as for a login.
    """

    def __init__(self, transport: Transport, patience: Patience, tokens: Tokens | None = None) -> None:
        self.transport = transport
        self._patience = patience
        self._tokens = tokens
        self._gate = Gate(patience.clock, patience.sleep)

    def execute(self, operation: Operation, variables: Mapping[str, Any], file: FilePart | None = None) -> Any:
        """Executes a document with one root field, and returns that field.

        Args:
            operation: The document.
            variables: Its variables; those that are None are left out, since null is a value to aiWARE.
            file: A file to send along.

        Raises:
            ApiError: Of the class that fits, see `aiware_resources.errors`.
        """
        given = {name: value for name, value in variables.items() if value is not None}
        subject = Subject(operation.field, operation.kind, self.transport.url, object_of(given))

        def judge(answer: answers.Answer) -> Failure | None:
            return answers.problem(answer, operation.kind, operation.field)

        answer = self._ask(subject, operation.text, given, judge, file)
        return (answer.data or {})[operation.field]

    def look_up(self, lookup: Lookup, ids: Sequence[str]) -> Mapping[str, Any]:
        """Reads one batch of objects, and returns the fields by alias; null for an object that is missing.

        Args:
            lookup: What to read.
            ids: Ids of the objects, as many as one request may ask about.

        Raises:
            ApiError: If any of the objects could not be read for another reason than being missing.
        """
        subject = Subject(lookup.field, Kind.READ, self.transport.url, ids[0] if len(ids) == 1 else None)

        def judge(answer: answers.Answer) -> Failure | None:
            return answers.lookup_problem(answer, ids)

        return self._ask(subject, lookup.text(len(ids)), lookup.variables(ids), judge).data or {}

    def post_form(self, operation: str, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Posts a form that may be repeated without harm, and returns the JSON object of the answer.

        Args:
            operation: What to call it in errors.
            url: Where to post it.
            form: Its fields.

        Raises:
            ApiError: Of the class that fits.
        """
        return self._retrying(
            Subject(operation, Kind.READ, url), form, lambda: self.transport.post_form(url, form).body
        )

    def _ask(
        self,
        subject: Subject,
        text: str,
        variables: Mapping[str, Any],
        judge: Callable[[answers.Answer], Failure | None],
        file: FilePart | None = None,
    ) -> answers.Answer:
        body = {"query": text, "variables": dict(variables)}

        def send(token: SecretStr | None) -> Reply:
            return self.transport.post_file(body, file, token) if file else self.transport.post_json(body, token)

        def attempt() -> answers.Answer:
            token = self._tokens.current() if self._tokens else None
            try:
                return self._once(send, token, judge)
            except RequestFailed as error:
                if not self._renewed(error.failure, token):
                    raise
            return self._once(send, self._tokens.current() if self._tokens else None, judge)

        return self._retrying(subject, variables, attempt)

    def _once(
        self,
        send: Callable[[SecretStr | None], Reply],
        token: SecretStr | None,
        judge: Callable[[answers.Answer], Failure | None],
    ) -> answers.Answer:
        self._gate.wait()
        try:
            reply = send(token)
            answer = answers.parse(reply.body, reply.headers)
            if failure := judge(answer):
                raise RequestFailed(failure)
        except RequestFailed as error:
            asked = error.failure.retry_after or 0.0
            self._gate.close_for(min(asked, self._patience.policy.longest_wait))
            raise
        return answer

    def _renewed(self, failure: Failure, token: SecretStr | None) -> bool:
        if failure.cause is not Cause.UNAUTHENTICATED or self._tokens is None or token is None:
            return False
        return self._tokens.renew(token)

    def _retrying(self, subject: Subject, variables: Mapping[str, Any], attempt: Callable[[], T]) -> T:
        def on_pause(failure: Failure, seconds: float) -> None:
            logger.debug("%s: %s; again in %.1f s", subject.title, failure.cause.name.lower(), seconds)

        try:
            return with_retries(attempt, subject.kind, self._patience, on_pause)
        except GaveUp as error:
            failure = error.failure.with_message(redacted(error.failure.message, variables))
            raise to_error(failure, subject, error.attempts) from None
