"""The settings: where values come from, what is accepted, and what is said about the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from aiware_local import launcher
from aiware_resources.errors import ConfigurationError
from aiware_resources.settings import Settings
from aiware_resources.settings.endpoints import is_loopback

URL = "https://aiware.example/v3/graphql"
REMOTE = {"aiware:endpoint": URL, "aiware:token": "token-1"}


def read(stack: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    return Settings.from_mapping(stack, environ or {})


def problems(stack: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(stack, environ)
    return str(caught.value)


def test_without_any_setting_the_local_aiware_is_used() -> None:
    settings = read({})
    assert (settings.endpoint, settings.api, settings.wait, settings.markers) == ("local", "cloud", True, True)
    assert (settings.job_timeout, settings.poll_interval, settings.poll_max_interval) == (86_400, 2, 30)
    assert (settings.poll_batch_size, settings.request_timeout, settings.max_retries) == (50, 30, 5)
    assert (settings.validate_engines, settings.allow_insecure, settings.fail_fast) == (True, False, False)


def test_values_arrive_as_text_and_are_parsed() -> None:
    settings = read(
        {
            **REMOTE,
            "aiware:wait": "false",
            "aiware:jobTimeout": "90.5",
            "aiware:pollBatchSize": "7",
            "aiware:maxRetries": "0",
            "aiware:organizationId": "17532",
            "aiware:failFast": "true",
            "other:wait": "not ours",
        }
    )
    assert (settings.wait, settings.job_timeout, settings.poll_batch_size) == (False, 90.5, 7)
    assert (settings.max_retries, settings.organization_id, settings.fail_fast) == (0, "17532", True)


def test_values_that_are_typed_already_are_taken_as_well() -> None:
    settings = read({**REMOTE, "aiware:pollBatchSize": 7.0, "aiware:wait": False, "aiware:organizationId": 17532})
    assert (settings.poll_batch_size, settings.wait, settings.organization_id) == (7, False, "17532")


def test_the_stack_wins_over_the_environment_and_that_over_the_default() -> None:
    environ = {"AIWARE_JOB_TIMEOUT": "60", "AIWARE_POLL_INTERVAL": "1", "AIWARE_ENDPOINT": URL, "AIWARE_TOKEN": "env"}
    settings = read({"aiware:jobTimeout": "30"}, environ)
    assert (settings.job_timeout, settings.poll_interval, settings.poll_max_interval) == (30, 1, 30)
    assert (settings.endpoint, settings.token) == (URL, SecretStr("env"))


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_an_empty_value_counts_as_none(empty: str | None) -> None:
    assert read({"aiware:jobTimeout": empty}, {"AIWARE_JOB_TIMEOUT": "60"}).job_timeout == 60
    assert read({}, {"AIWARE_JOB_TIMEOUT": empty or ""}).job_timeout == 86_400


def test_every_setting_has_a_key_and_a_variable() -> None:
    values = {
        "endpoint": URL,
        "api": "cloud",
        "token": "t",
        "username": "u",
        "password": "p",
        "oauth_client_id": "i",
        "oauth_client_secret": "s",
        "oauth_refresh_token": "r",
        "auth_header": "authorization",
        "headers": '{"X-Application-Id": "7f3a"}',
        "organization_id": "1",
        "wait": "false",
        "job_timeout": "11",
        "poll_interval": "12",
        "poll_max_interval": "13",
        "poll_batch_size": "14",
        "not_found_grace": "0",
        "purged_after": "0",
        "request_timeout": "15",
        "max_download_size": "20gb",
        "max_retries": "16",
        "rate_limit": "17",
        "markers": "false",
        "validate_engines": "false",
        "allow_insecure": "true",
        "fail_fast": "true",
        "prices": "prices.yaml",
    }
    assert set(values) == set(Settings.model_fields)
    from_stack = read({f"aiware:{to_camel(name)}": value for name, value in values.items()})
    from_environ = read({}, {f"AIWARE_{name.upper()}": value for name, value in values.items()})
    assert from_stack == from_environ == Settings.model_validate(values)


def test_credentials_of_the_environment_complete_those_of_the_stack() -> None:
    settings = read({"aiware:endpoint": URL, "aiware:username": "me"}, {"AIWARE_PASSWORD": "pass"})
    assert settings.credentials.has_password


def test_credentials_of_the_environment_never_replace_those_of_the_stack() -> None:
    stack = {"aiware:endpoint": URL, "aiware:username": "me", "aiware:password": "pass"}
    settings = read(stack, {"AIWARE_TOKEN": "of somebody else", "AIWARE_OAUTH_CLIENT_ID": "x"})
    assert settings.token is None
    assert settings.oauth_client_id is None


def test_credentials_of_the_environment_are_not_sent_to_the_local_aiware() -> None:
    assert not read({"aiware:endpoint": " local "}, {"AIWARE_TOKEN": "real"}).credentials.usable
    stack = {"aiware:endpoint": "local", "aiware:token": "mine"}
    assert read(stack, {"AIWARE_TOKEN": "real"}).token == SecretStr("mine")


@pytest.mark.parametrize(
    ("stack", "environ", "named"),
    [
        ({"aiware:token": "sekrit"}, {}, "aiware:token or AIWARE_TOKEN"),
        ({}, {"AIWARE_TOKEN": "sekrit"}, "aiware:token or AIWARE_TOKEN"),
        ({"aiware:endpoint": " "}, {"AIWARE_TOKEN": "sekrit"}, "aiware:token or AIWARE_TOKEN"),
        ({"aiware:username": "me"}, {}, "aiware:username or AIWARE_USERNAME"),
        (
            {"aiware:username": "me"},
            {"AIWARE_PASSWORD": "sekrit"},
            "aiware:username or AIWARE_USERNAME and aiware:password or AIWARE_PASSWORD",
        ),
        ({"aiware:oauthRefreshToken": "sekrit"}, {}, "aiware:oauthRefreshToken or AIWARE_OAUTH_REFRESH_TOKEN"),
        ({"aiware:api": "edge", "aiware:token": "sekrit"}, {}, "https://<host>:9000/edge/v1"),
    ],
)
def test_credentials_without_an_endpoint_never_go_to_the_local_aiware(
    stack: dict[str, str], environ: dict[str, str], named: str
) -> None:
    said = problems(stack, environ)
    assert "aiware:endpoint is missing" in said
    assert "pulumi config set aiware:endpoint http" in said
    assert named in said
    assert "sekrit" not in said
    with pytest.raises(ConfigurationError, match="aiware:endpoint is missing"):
        Settings(token=SecretStr("sekrit")).resolve_endpoint()


def test_an_endpoint_of_the_environment_is_one() -> None:
    environ = {"AIWARE_ENDPOINT": URL, "AIWARE_TOKEN": "t"}
    assert read({}, environ).endpoint == URL
    assert read({}, {"AIWARE_ENDPOINT": "local", "AIWARE_TOKEN": "t"}).token is None
    assert (read({}).names_endpoint, read({"aiware:endpoint": "local"}).names_endpoint) == (False, True)


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ({"aiware:api": "clod"}, "aiware:api should be 'cloud' or 'edge', but is 'clod'."),
        ({"aiware:wait": "maybe"}, "aiware:wait should be true or false, but is 'maybe'."),
        ({"aiware:jobTimeout": "1h"}, "aiware:jobTimeout should be a number, but is '1h'."),
        ({"aiware:jobTimeout": "-1"}, "aiware:jobTimeout should be greater than 0, but is '-1'."),
        ({"aiware:jobTimeout": "inf"}, "aiware:jobTimeout should be a finite number, but is 'inf'."),
        ({"aiware:requestTimeout": "0"}, "aiware:requestTimeout should be greater than 0, but is '0'."),
        ({"aiware:maxRetries": "2.5"}, "aiware:maxRetries should be a whole number, but is '2.5'."),
        ({"aiware:maxRetries": "-1"}, "aiware:maxRetries should be greater than or equal to 0, but is '-1'."),
        ({"aiware:pollBatchSize": "0"}, "aiware:pollBatchSize should be greater than or equal to 1, but is '0'."),
        ({"aiware:jobTimout": "5"}, "aiware:jobTimout is not a setting: did you mean aiware:jobTimeout?"),
        ({"aiware:ENDPOINT": "x"}, "aiware:ENDPOINT is not a setting: did you mean aiware:endpoint?"),
        ({"aiware:pollInterval": "60"}, "aiware:pollMaxInterval (30 s) is shorter than aiware:pollInterval (60 s)"),
        ({"aiware:endpoint": URL}, "No aiWARE token is set. Set one with: pulumi config set --secret aiware:token"),
        ({**REMOTE, "aiware:endpoint": "aiware.example"}, "aiware:endpoint must be `local` or a URL such as"),
        ({**REMOTE, "aiware:endpoint": "ftp://aiware.example/v3"}, "but is 'ftp://aiware.example/v3'."),
        ({**REMOTE, "aiware:endpoint": "https://aiware.example:port/v3"}, "but is 'https://aiware.example:port/v3'"),
        ({**REMOTE, "aiware:endpoint": "https://aiware.example"}, "names no path; GraphQL is usually at /v3/graphql."),
        ({**REMOTE, "aiware:endpoint": URL + "?key=1"}, "without user, query or fragment"),
        ({**REMOTE, "aiware:endpoint": URL.replace("https", "http")}, "would send the token to aiware.example over"),
        (
            {"aiware:endpoint": URL, "aiware:oauthClientId": "i", "aiware:oauthClientSecret": "s"},
            "set aiware:oauthRefreshToken (or AIWARE_OAUTH_REFRESH_TOKEN in the environment) as well.",
        ),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(stack: dict[str, str], expected: str) -> None:
    assert expected in problems(stack)


def test_an_unknown_key_like_no_other_lists_the_known_ones() -> None:
    assert "aiware:zzz is not a setting: the settings are endpoint, api, token," in problems({"aiware:zzz": "1"})


def test_a_bad_variable_is_named_as_such() -> None:
    assert "AIWARE_MAX_RETRIES should be a whole number" in problems({}, {"AIWARE_MAX_RETRIES": "many"})


def test_all_problems_are_reported_at_once() -> None:
    text = problems({"aiware:endpoint": "nowhere", "aiware:wait": "maybe", "aiware:jobTimout": "5"})
    assert text.splitlines()[0] == "The aiWARE settings cannot be used:"
    assert len(text.splitlines()) == 5
    for word in ("aiware:endpoint", "aiware:wait", "aiware:jobTimout", "No aiWARE token"):
        assert word in text


def test_a_token_that_no_header_can_carry_is_refused_without_quoting_it() -> None:
    text = problems({"aiware:endpoint": URL, "aiware:token": "first-half\nsecond-half"})
    assert "aiware:token should be one word of printable ASCII characters" in text
    assert "half" not in text
    assert "No aiWARE token" not in text


def test_a_pasted_token_is_stripped() -> None:
    assert read({**REMOTE, "aiware:token": " token-1\n"}).token == SecretStr("token-1")


@pytest.mark.parametrize(
    "endpoint", ["https://me:hunter22@aiware.example", "ftp://me:hunter22@aiware.example/x", "http://a:hunter22@b:c/d"]
)
def test_a_password_in_the_endpoint_is_not_repeated(endpoint: str) -> None:
    assert "hunter22" not in problems({**REMOTE, "aiware:endpoint": endpoint})


def test_plain_http_is_accepted_for_this_machine_and_where_it_is_allowed() -> None:
    assert read({**REMOTE, "aiware:endpoint": "http://127.0.0.1:9000/v3/graphql"}).endpoint.startswith("http:")
    stack = {**REMOTE, "aiware:endpoint": "http://aiware.example/v3/graphql", "aiware:allowInsecure": "true"}
    assert read(stack).allow_insecure


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example", False),
        (None, False),
    ],
)
def test_loopback_hosts_are_recognized(host: str | None, expected: bool) -> None:
    assert is_loopback(host) is expected


SECRETS = {
    "token": "sekrit-1",
    "password": "sekrit-2",
    "oauthClientSecret": "sekrit-3",
    "oauthRefreshToken": "sekrit-4",
}


def test_secrets_are_never_shown() -> None:
    stack = {f"aiware:{name}": value for name, value in SECRETS.items()}
    settings = read({**stack, "aiware:endpoint": URL, "aiware:username": "me", "aiware:oauthClientId": "i"})
    shown = f"{settings!r} {settings} {settings.credentials!r} {settings.resolve_endpoint()!r} {settings.model_dump()}"
    assert "sekrit" not in shown


@given(st.dictionaries(st.sampled_from(sorted(SECRETS)), st.just("sekrit bad\nvalue"), min_size=1))
def test_secrets_are_not_quoted_by_any_complaint(bad: dict[str, str]) -> None:
    stack = {f"aiware:{name}": value for name, value in bad.items()}
    assert "sekrit" not in problems({**stack, "aiware:endpoint": "https://x", "aiware:wait": "maybe"})


def test_settings_made_in_code_do_not_quote_a_bad_secret_either() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"token": "sekrit bad", "wait": "sekrit"})
    assert "sekrit" not in str(caught.value)


def test_equal_settings_are_one_key() -> None:
    assert len({read(REMOTE), read(REMOTE), read({**REMOTE, "aiware:wait": "false"})}) == 2
    for name in Settings.model_fields:
        with pytest.raises(ValidationError):
            setattr(read(REMOTE), name, None)


def test_settings_resolve_to_a_connection() -> None:
    connection = read(REMOTE).resolve_endpoint()
    assert connection.url == URL
    assert connection.credentials.token == SecretStr("token-1")


def test_settings_made_in_code_are_checked_when_they_are_used() -> None:
    with pytest.raises(ConfigurationError, match="No aiWARE token is set"):
        Settings(endpoint=URL).resolve_endpoint()


@pytest.fixture
def pulumi_config() -> Iterator[dict[str, str]]:
    config: dict[str, str] = {}
    before = dict(pulumi.runtime.config.CONFIG.get())
    pulumi.runtime.set_all_config(config)
    yield pulumi.runtime.config.CONFIG.get()
    pulumi.runtime.set_all_config(before)


def test_a_program_reads_them_from_its_stack(pulumi_config: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIWARE_POLL_INTERVAL", "1")
    monkeypatch.delenv("AIWARE_TOKEN", raising=False)
    pulumi_config.update(
        {"aiware:endpoint": URL, "aiware:token": "t", "aiware:jobTimeout": "9", "aiware:wait": "false"}
    )
    settings = Settings.from_pulumi()
    assert (settings.endpoint, settings.token, settings.job_timeout, settings.wait) == (URL, SecretStr("t"), 9, False)
    assert settings.poll_interval == 1
    assert Settings.from_pulumi(pulumi.Config("aiware")) == settings


class FakeServer:
    graphql_url = "http://127.0.0.1:4/v3/graphql"
    token = "local-token"


def test_the_local_aiware_is_started_and_its_token_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "ensure_running", FakeServer)
    connection = read({}).resolve_endpoint()
    assert connection.url == FakeServer.graphql_url
    assert connection.credentials.token == SecretStr("local-token")
    named = read({"aiware:endpoint": "local", "aiware:token": "mine"})
    assert named.resolve_endpoint().credentials.token == SecretStr("mine")


def test_a_local_aiware_that_is_not_to_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "ensure_running", lambda: pytest.fail("it was started"))
    monkeypatch.setattr(launcher, "status", lambda: None)
    with pytest.raises(ConfigurationError, match="names no other aiWARE") as caught:
        read({}).resolve_endpoint(start=False)
    assert "aiware local start" in str(caught.value.remedy)
    with pytest.raises(ConfigurationError, match="not running"):
        read({"aiware:endpoint": "local"}).resolve_endpoint(start=False)
    monkeypatch.setattr(launcher, "status", FakeServer)
    assert read({}).resolve_endpoint(start=False).url == FakeServer.graphql_url


def test_a_local_aiware_that_does_not_start_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail() -> None:
        raise launcher.LauncherError("The port 4 is taken.")

    monkeypatch.setattr(launcher, "ensure_running", fail)
    with pytest.raises(ConfigurationError, match="could not be started: The port 4 is taken"):
        read({}).resolve_endpoint()


EDGE_URL = "https://edge.example:9000/edge/v1"
ORGANIZATION = "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e"
EDGE = {
    "aiware:api": "edge",
    "aiware:endpoint": EDGE_URL,
    "aiware:token": "token-1",
    "aiware:organizationId": ORGANIZATION,
}


def test_edge_has_settings_of_its_own() -> None:
    settings = read({**EDGE, "aiware:authHeader": "api_key"})
    assert (settings.api, settings.auth_header) == ("edge", "api_key")
    connection = settings.resolve_endpoint()
    assert (connection.url, connection.organization_id) == (EDGE_URL, ORGANIZATION)
    environ = {f"AIWARE_{name}": value for name, value in (("API", "edge"), ("AUTH_HEADER", "api_key"))}
    assert read({}, environ).auth_header == "api_key"


def test_a_login_or_a_token_tells_edge_whose_the_jobs_are() -> None:
    stack = {"aiware:api": "edge", "aiware:endpoint": EDGE_URL}
    for credentials in ({"aiware:username": "me", "aiware:password": "pass"}, {"aiware:token": "token-1"}):
        assert read({**stack, **credentials}).resolve_endpoint().organization_id is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"aiware:endpoint": URL}, "is the address of a GraphQL API"),
        ({"aiware:endpoint": "https://edge.example"}, "Edge is usually at /edge/v1"),
        ({"aiware:endpoint": "http://edge.example:9000/edge/v1"}, "over plain http"),
        ({"aiware:organizationId": "17532"}, "must be a UUID with aiWARE Edge, but is '17532'"),
        ({"aiware:token": None}, "No aiWARE token is set"),
        ({"aiware:oauthRefreshToken": "r"}, "aiWARE Edge has no OAuth"),
        ({"aiware:authHeader": "cookie"}, "'authorization' or 'api_key'"),
        ({"aiware:api": "cloud"}, "is the address of an aiWARE Edge"),
        ({"aiware:api": "cloud", "aiware:authHeader": "api_key", "aiware:endpoint": URL}, "is for aiWARE Edge"),
    ],
)
def test_what_cannot_work_with_edge_is_explained(changed: dict[str, str | None], says: str) -> None:
    assert says in problems({**EDGE, **changed})


def test_before_the_first_login_credentials_may_be_missing() -> None:
    stack = {"aiware:endpoint": URL}
    assert Settings.from_mapping(stack, {}, anonymous=True).resolve_endpoint(anonymous=True).url == URL
    with pytest.raises(ConfigurationError, match="No aiWARE token is set"):
        Settings.from_mapping(stack, {}, anonymous=True).resolve_endpoint()
    with pytest.raises(ConfigurationError, match="is not a setting"):
        Settings.from_mapping({**stack, "aiware:tokn": "t"}, {}, anonymous=True)


def test_a_provider_takes_no_connection_from_the_environment() -> None:
    environ = {
        "AIWARE_TOKEN": "of-another",
        "AIWARE_ENDPOINT": "https://another.example/v3/graphql",
        "AIWARE_API": "edge",
        "AIWARE_JOB_TIMEOUT": "9",
    }
    own = {"aiware:provider": "news", "aiware:endpoint": URL, "aiware:username": "ann"}
    settings = read({**own, "aiware:password": "p"}, environ)
    assert (settings.endpoint, settings.api, settings.token, settings.job_timeout) == (URL, "cloud", None, 9)
    told = problems(own, environ)
    assert told.startswith(
        "The settings of the provider news cannot be used: It has no credentials, or not all of a kind"
    )
