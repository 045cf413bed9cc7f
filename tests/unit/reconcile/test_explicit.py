"""An explicit provider: what it hands to its provider host, and to the monitor of the program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.dynamic import Config, ConfigureRequest
from pulumi.runtime.rpc import unwrap_rpc_secret
from pydantic import SecretStr

from aiware_resources import Provider
from aiware_resources.job_fleet import JobFleetProvider
from aiware_resources.reconcile import EntityProvider
from aiware_resources.reconcile.explicit import asked_through, named_in, provider_of, recorded_providers
from aiware_resources.settings import Settings
from aiware_resources.temporal_data_object import TdoProvider
from aiware_resources.waiting import current, monitor_for, monitor_of
from tests.support.engine import Engine, as_declared

PROVIDERS = "urn:pulumi:dev::studio::pulumi:providers:pulumi-python"
URL = "https://news.example/v3/graphql"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"sekrit"'}


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stack with settings of its own, in an environment that has more."""
    monkeypatch.setenv("AIWARE_TOKEN", "token-of-the-environment")
    monkeypatch.setattr("aiware_resources.waiting.monitor.connect", lambda _: NoApi())
    before = dict(pulumi.runtime.config.CONFIG.get())
    pulumi.runtime.set_all_config(
        {
            "aiware:endpoint": "https://stack.example/v3/graphql",
            "aiware:headers": '{"X-App": "of the stack"}',
            "aiware:jobTimeout": "60",
            "aiware:wait": "false",
        }
    )
    yield
    pulumi.runtime.set_all_config(before)


class NoApi:
    """Answers who one is."""

    def me(self) -> None:
        return None


class Group(pulumi.ComponentResource):
    """A component, which hands its provider down."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tests:index:Group", name, {}, opts)


async def test_it_has_its_own_connection_and_the_other_settings_of_the_stack() -> None:
    Engine()
    news = Provider("news", endpoint=URL, token=pulumi.Output.secret("sekrit"), rate_limit=50)
    settings = await news.settings
    assert (settings.endpoint, settings.token, settings.rate_limit) == (URL, SecretStr("sekrit"), 50)
    assert (settings.job_timeout, settings.wait, settings.headers) == (60, False, ())


async def test_the_provider_host_has_the_same_settings() -> None:
    declared: list[dict[str, Any]] = []

    def create(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        declared.append({key: unwrap_rpc_secret(value) for key, value in args.inputs.items()})
        return as_declared(args)

    Engine(create=create)
    news = Provider("news", endpoint=URL, token="sekrit", allow_insecure=True)
    await news.id.future()
    provider = TdoProvider()
    provider.configure(ConfigureRequest(Config(declared[0], "project")))
    assert provider._settings == await news.settings
    assert declared[0]["aiware:allowInsecure"] == "true"


async def test_its_credentials_are_secret_whatever_the_program_says() -> None:
    Engine()
    news = Provider("news", endpoint=URL, username="ann", password="sekrit", headers={"X-App": "sekrit"})
    assert await news.__dict__["aiware:password"].is_secret()
    assert await news.__dict__["aiware:headers"].is_secret()
    assert (await news.settings).headers == (("X-App", SecretStr("sekrit")),)
    assert not await news.__dict__["aiware:endpoint"].is_secret()


async def test_a_parent_hands_it_down_and_each_has_one_monitor() -> None:
    Engine()
    news = Provider("news", endpoint=URL, token="sekrit")
    group = Group("group", pulumi.ResourceOptions(provider=news))
    inner = Group("inner", pulumi.ResourceOptions(parent=group))
    child = pulumi.CustomResource("pulumi-python:dynamic/x:Y", "child", {}, pulumi.ResourceOptions(parent=inner))
    other = pulumi.CustomResource("pulumi-python:dynamic/x:Y", "other", {})
    assert (provider_of(child), provider_of(other)) == (news, None)
    assert named_in(pulumi.ResourceOptions(parent=inner)) == "news"
    assert named_in(pulumi.ResourceOptions(providers=[news])) == "news"
    assert named_in(pulumi.ResourceOptions(providers={"pulumi-python": news})) == "news"
    assert named_in(pulumi.ResourceOptions()) is named_in(None) is None
    assert asked_through(pulumi.InvokeOptions(parent=inner)) is news
    assert asked_through(pulumi.InvokeOptions(provider=news)) is news
    assert asked_through(pulumi.InvokeOptions()) is asked_through(None) is None
    assert (await monitor_of(child)).settings.endpoint == URL
    assert await monitor_of(child) is await monitor_for(news)
    assert (await monitor_of(child)).run is current().run


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            {"token": "t", "endpoint": "https://news.example"},
            "names no path",
        ),
        ({"endpoint": URL}, "It has no credentials"),
        (
            {"endpoint": URL, "token": "s e k r i t"},
            "aiware:token should be one",
        ),
    ],
)
async def test_what_cannot_be_used_ends_the_program(arguments: Any, expected: str) -> None:
    Engine()
    news = Provider("news", **arguments)
    with pytest.raises(
        pulumi.RunError, match=f"The settings of the provider news cannot be used: .*{expected}"
    ) as caught:
        await news.settings
    assert "s e k r i t" not in str(caught.value)


async def test_what_is_unknown_in_a_preview_is_refused() -> None:
    Engine(preview=True, create=lambda args: (None, dict(args.inputs)))
    made = pulumi.CustomResource("tests:index:Secret", "secret", {})
    news = Provider("news", endpoint=URL, token=made.id)
    with pytest.raises(pulumi.RunError, match="The provider news cannot be used: its arguments have to be known"):
        await news.settings


async def test_misspelled_and_missing_arguments_are_refused() -> None:
    Engine()
    with pytest.raises(TypeError, match="unexpected keyword argument 'tokn': did you mean token"):
        Provider("news", endpoint=URL, tokn="t")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing required keyword arguments: 'endpoint'"):
        Provider("news", token="t")  # type: ignore[call-arg]


async def test_another_provider_of_pulumi_is_refused() -> None:
    Engine()
    with pytest.raises(pulumi.RunError, match=r"is an aiware_resources\.Provider"):
        monitor_for(pulumi.ProviderResource("pulumi-python", "news", {}))


@pytest.mark.parametrize("provider", [TdoProvider(), JobFleetProvider()])
@pytest.mark.parametrize(("before", "now"), [({}, {"__connection": "news"}), ({"__connection": "news"}, {})])
def test_a_resource_that_moves_is_replaced(provider: EntityProvider, before: Any, now: Any) -> None:
    olds = {"__owner": "p/s/n", **before}
    found = provider.diff("1", olds, {"__owner": "p/s/n", **now})
    assert (found.changes, found.replaces) == (True, ["__connection"])


def test_a_state_tells_the_settings_of_its_providers() -> None:
    urn = f"{PROVIDERS}::news"
    inputs = {"aiware:provider": "news", "aiware:endpoint": URL, "aiware:token": SECRET}
    default = {"urn": f"{PROVIDERS}::default", "inputs": {"aiware:token": "t"}}
    found = recorded_providers([{"urn": urn, "inputs": inputs}, default, {"urn": "urn:x"}])
    assert found == {urn: {"aiware:provider": "news", "aiware:endpoint": URL, "aiware:token": "sekrit"}}
    assert Settings.from_mapping(found[urn]).token == SecretStr("sekrit")
