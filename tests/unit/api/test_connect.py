"""Connections: one for each different settings, and a token for aiWARE's own host only."""

from __future__ import annotations

import inspect
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from aiware_resources import errors
from aiware_resources.api import Api, CloudApi, EdgeApi, abilities_of, close_connections, connect, connecting
from aiware_resources.settings import Connection, Credentials, Settings

if TYPE_CHECKING:
    from tests.unit.api.conftest import Script


def test_the_token_is_for_the_own_host_only(script: Script) -> None:
    api = script.api()
    assert api.token_for("https://aiware.example/assets/1") == SecretStr("token-1")
    assert api.token_for("https://aiware.example:443/assets/1") == SecretStr("token-1")
    for other in ("http://aiware.example/a", "https://aiware.example:8443/a", "https://aiware.example.evil.org/a"):
        assert api.token_for(other) is None


SETTINGS = Settings(endpoint="https://aiware.example/v3/graphql", token=SecretStr("token-1"))


@pytest.fixture
def clean_connections() -> Iterator[None]:
    close_connections()
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)
    close_connections()


@pytest.mark.usefixtures("clean_connections")
@pytest.mark.parametrize("trouble", [RuntimeError("It is in use."), KeyboardInterrupt()], ids=["in use", "interrupted"])
def test_a_process_that_ends_while_it_closes_connections_leaves_no_traceback(
    monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    monkeypatch.setattr(connecting, "_lock", threading.Lock())
    connect(SETTINGS)

    def close(api: CloudApi) -> None:
        raise trouble

    monkeypatch.setattr(CloudApi, "close", close)
    connecting._close_at_exit()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    # Threads that the process does not wait for open no other connection.
    assert connecting._lock.locked()


@pytest.mark.usefixtures("clean_connections")
class TestConnect:
    """One connection for each different settings."""

    def test_equal_settings_share_a_connection(self) -> None:
        assert connect(SETTINGS) is connect(Settings.model_validate(SETTINGS.model_dump()))
        assert connect(SETTINGS) is not connect(SETTINGS.model_copy(update={"max_retries": 0}))
        assert connect(SETTINGS).url == SETTINGS.endpoint

    def test_closing_ends_it(self) -> None:
        api = connect(SETTINGS)
        close_connections()
        assert connect(SETTINGS) is not api

    def test_another_place_of_the_local_aiware_is_another_aiware(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            Settings,
            "resolve_endpoint",
            lambda self, **_: Connection("http://127.0.0.1:4/v3/graphql", Credentials(token=SecretStr("t"))),
        )
        monkeypatch.setenv("AIWARE_LOCAL_DATA", "one")
        first = connect(Settings())
        assert connect(Settings()) is first
        monkeypatch.setenv("AIWARE_LOCAL_DATA", "two")
        assert connect(Settings()) is not first

    def test_the_settings_say_which_api_it_is(self) -> None:
        edge = Settings(
            api="edge",
            endpoint="https://aiware.example/edge/v1",
            token=SecretStr("token-1"),
            organization_id="8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e",
        )
        assert isinstance(connect(SETTINGS), CloudApi)
        assert isinstance(connect(edge), EdgeApi)
        assert (connect(SETTINGS).abilities, connect(edge).abilities) == (abilities_of(SETTINGS), abilities_of(edge))
        assert abilities_of(edge) != abilities_of(SETTINGS)

    def test_settings_that_cannot_work_are_refused(self) -> None:
        with pytest.raises(errors.ConfigurationError, match="No aiWARE token"):
            connect(Settings(endpoint=SETTINGS.endpoint))


def test_every_call_is_documented_in_the_interface() -> None:
    calls = [name for name in dir(Api) if not name.startswith("_")]
    assert {"create_job", "clusters_named", "exports_created_since", "me"} <= set(calls)
    assert all(getattr(Api, name).__doc__ for name in calls)


@pytest.mark.parametrize("api", [CloudApi, EdgeApi])
def test_an_api_has_the_calls_of_the_interface_and_no_others(api: type[Api]) -> None:
    assert {name for name in dir(api) if not name.startswith("_")} - set(dir(Api)) == {"abilities"}
    for name, promised in inspect.getmembers(Api, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.signature(getattr(api, name)) == inspect.signature(promised), name


def test_a_client_of_its_own_is_closed_with_the_api(script: Script) -> None:
    client = script.client()
    api = CloudApi(SETTINGS, SETTINGS.resolve_endpoint(), client)
    api.close()
    assert client.is_closed
