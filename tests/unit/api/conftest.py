"""What the tests of the API client share: a scripted server, and sessions that do not really sleep."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from aiware_resources.api.client import Patience
from aiware_resources.api.cloud import CloudApi
from aiware_resources.settings import Connection, Credentials, Settings

URL = "https://aiware.example/v3/graphql"
Step = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class Script:
    """A server that plays its steps one after another, and repeats the last one.

    Attributes:
        steps: Answers, or exceptions of the network.
        requests: What came in.
        sleeps: The pauses that the client would have made, in seconds.
    """

    steps: list[Step] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    sleeps: list[float] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        # A response is used up once it is read; the last step is given out more than once.
        return step(request) if callable(step) else _copy(step)

    def play(self, *steps: Step) -> Script:
        self.steps = list(steps)
        return self

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self))

    def patience(self, max_retries: int = 3) -> Patience:
        return Patience(max_retries, sleep=self._sleep, clock=self._clock)

    def _sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)

    def _clock(self) -> float:
        # Time passes by sleeping only.
        return sum(self.sleeps)

    def api(self, credentials: Credentials | None = None, **settings: Any) -> CloudApi:
        given = credentials or Credentials(token=SecretStr("token-1"))
        return CloudApi(Settings(endpoint=URL, **settings), Connection(URL, given), self.client(), self.patience())

    @staticmethod
    def answer(data: Mapping[str, Any] | None, *errors: Mapping[str, Any]) -> httpx.Response:
        """A GraphQL answer of HTTP 200."""
        return httpx.Response(200, json={"data": data, **({"errors": list(errors)} if errors else {})})

    @staticmethod
    def entry(name: str | None, *path: str | int, message: str = "It went wrong.", **data: Any) -> dict[str, Any]:
        """An entry of an answer's list of errors."""
        optional = {"name": name, "path": list(path), "data": data}
        made = {"message": message, "time_thrown": "2026-11-24T09:51:42.000Z"}
        return made | {key: value for key, value in optional.items() if value}

    @property
    def tokens(self) -> list[str | None]:
        """The Authorization header of each request."""
        return [request.headers.get("authorization") for request in self.requests]

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """The JSON body of each request."""
        return [json.loads(request.content) for request in self.requests]


def _copy(response: httpx.Response) -> httpx.Response:
    return httpx.Response(response.status_code, headers=response.headers, content=response.content)


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    # Pauses are as long as they can be.
    monkeypatch.setattr("tenacity.wait.random.uniform", lambda low, high: high)
    return Script()
