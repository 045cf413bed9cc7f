"""A session with the GraphQL API: sends documents, and judges the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from aiware_resources.api import answers
from aiware_resources.api.caller import Caller, Tokens
from aiware_resources.api.documents import Lookup, Operation
from aiware_resources.api.explain import Subject, object_of
from aiware_resources.api.failures import Failure, Kind
from aiware_resources.api.retrying import Patience, RequestFailed
from aiware_resources.api.transport import FilePart, Reply, Transport


class Session:
    """Executes GraphQL documents. Thread-safe.

    Args:
        transport: Sends them.
        patience: How failed requests are sent again.
        tokens: Where the token comes from; None for a session that has none, as for a login.
    """

    def __init__(self, transport: Transport, patience: Patience, tokens: Tokens | None = None) -> None:
        self.transport = transport
        self._caller = Caller(patience, tokens)

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

    def look_up(self, lookup: Lookup, ids: Sequence[str]) -> answers.Found:
        """Reads one batch of objects. Of several, those that aiWARE had no capacity for are put off, not lost.

        Args:
            lookup: What to read.
            ids: Ids of the objects, as many as one request may ask about.

        Raises:
            ApiError: If any of the objects could not be read for another reason than being missing.
        """
        subject = Subject(lookup.field, Kind.READ, self.transport.url, ids[0] if len(ids) == 1 else None)

        def judge(answer: answers.Answer) -> Failure | None:
            return answers.lookup_problem(answer, ids)

        answer = self._ask(subject, lookup.text(len(ids)), lookup.variables(ids), judge)
        return answers.Found(answer.data or {}, answers.put_off(answer, ids))

    def look_up_partly(self, lookup: Lookup, ids: Sequence[str]) -> answers.Found:
        """Reads one batch of objects of which single ones may fail; those are not asked for again here.

        Args:
            lookup: What to read.
            ids: Ids of the objects, as many as one request may ask about.

        Raises:
            ApiError: If the whole request failed.
        """
        subject = Subject(lookup.field, Kind.READ, self.transport.url, ids[0] if len(ids) == 1 else None)

        found = answers.Found({})

        def judge(answer: answers.Answer) -> Failure | None:
            nonlocal found
            outcome = answers.partly(answer, ids)
            if isinstance(outcome, Failure):
                return outcome
            found = outcome
            return None

        self._ask(subject, lookup.text(len(ids)), lookup.variables(ids), judge)
        return found

    def post_form(self, operation: str, url: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Posts a form that may be repeated without harm, and returns the JSON object of the answer.

        Args:
            operation: What to call it in errors.
            url: Where to post it.
            form: Its fields.

        Raises:
            ApiError: Of the class that fits.
        """
        subject = Subject(operation, Kind.READ, url)
        return self._caller.retrying(subject, form, lambda: self.transport.post_form(url, form).body)

    def _ask(
        self,
        subject: Subject,
        text: str,
        variables: Mapping[str, Any],
        judge: Callable[[answers.Answer], Failure | None],
        file: FilePart | None = None,
    ) -> answers.Answer:
        body = {"query": text, "variables": dict(variables)}

        def post(token: SecretStr | None) -> Reply:
            return self.transport.post_file(body, file, token) if file else self.transport.post_json(body, token)

        def send(token: SecretStr | None) -> answers.Answer:
            reply = post(token)
            answer = answers.parse(reply.body, reply.headers)
            if failure := judge(answer):
                raise RequestFailed(failure)
            return answer

        return self._caller.call(subject, variables, send)
