"""The `aiware:*` stack configuration, with environment variables for what the stack does not set.

Every setting has an environment variable: `AIWARE_` and the setting's name in capitals, so that `aiware:jobTimeout` is
`AIWARE_JOB_TIMEOUT`. A value of the stack wins over the environment, the environment over the default; an empty value
counts as none. Credentials have two more rules, so that a run never acts as somebody else by accident: the environment
completes the kind of credentials that the stack has begun (a password for its username) and never adds another kind;
and it is not asked at all when the endpoint is the local aiWARE, by name.

Without an endpoint and without credentials the local aiWARE is used. Credentials without an endpoint are an error: they
are meant for another aiWARE, and a run on the local one would end well with made-up results.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, ByteSize, ConfigDict, Field, SecretStr, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from aiware_resources.errors import ConfigurationError
from aiware_resources.settings.credentials import CREDENTIALS, Token, credentials_problems
from aiware_resources.settings.credentials import Credentials as Credentials
from aiware_resources.settings.credentials import checked_token as checked_token
from aiware_resources.settings.endpoints import EXAMPLES, endpoint_problems, insecure_problems, is_uuid
from aiware_resources.settings.headers import Headers
from aiware_resources.settings.keys import (
    CONNECTION,
    PROVIDER_KEY,
    key_of,
    keys_of_the_program,
    unknown_key,
    variable_of,
)
from aiware_resources.settings.keys import NAMESPACE as NAMESPACE
from aiware_resources.text import commands
from aiware_resources.text.secret_words import names_secret

if TYPE_CHECKING:
    import pulumi

LOCAL = "local"
_OURS = "The aiWARE settings"

# What pydantic's messages say for programmers, for people.
_REQUIREMENTS = {
    "bool_parsing": "should be true or false",
    "float_parsing": "should be a number",
    "byte_size": "should be a number of bytes, or a number with a unit, such as 20gb",
    "byte_size_unit": "should be a number of bytes, or a number with a unit, such as 20gb",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
}

_NO_CREDENTIALS = (
    "It has no credentials, or not all of a kind: give it a token, or a username with a password, or oauth_client_id, "
    "oauth_client_secret and oauth_refresh_token."
)
"""What an explicit provider lacks, which takes none from the stack."""

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class Connection:
    """The address of aiWARE's API, and the credentials for it.

    Attributes:
        url: Its address.
        credentials: What to open a session with.
        organization_id: The organization that jobs belong to, where the API asks for it; None for that of the user.
    """

    url: str
    credentials: Credentials
    organization_id: str | None = None


class Settings(BaseModel):
    """The settings of a run: which aiWARE, and how to talk to it.

    Attributes:
        endpoint: `local` for the local aiWARE, or the URL of a GraphQL API, such as
            `https://api.veritone.com/v3/graphql`; the base address of an Edge installation. Required if credentials
            are set.
        api: `cloud` for the GraphQL API, `edge` for the REST API of an Edge installation.
        token: API key or session token. Secret.
        username: With a password instead of a token: one login a run. Usually an e-mail address.
        password: With a user name. Secret.
        oauth_client_id: With the two below instead of a token: OAuth's refresh grant.
        oauth_client_secret: Secret of the OAuth application. Secret.
        oauth_refresh_token: From OAuth's authorization-code flow, which `aiware login --oauth` goes through. Secret.
        auth_header: Header that carries the token: `authorization`; or `api_key`, for an Edge that requires it.
        headers: Headers of your own, by name, such as an application's id: sent with each request to aiWARE's API, and
            to no other server. In the environment as JSON. The values are treated as secrets.
        organization_id: With Edge: the UUID of the organization that jobs belong to; by default that of the token.
        wait: Whether a run waits for the clusters, jobs and exports that it started.
        job_timeout: Longest wait for one object, in seconds.
        poll_interval: Seconds between two polls of running work, at first.
        poll_max_interval: Most seconds between two polls: the interval grows while nothing changes.
        poll_batch_size: How many objects one request asks about; 1 to 500.
        not_found_grace: How long to look again for something that aiWARE does not show, in seconds, before it is an
            error or counts as deleted.
        purged_after: A job that aiWARE does not know any more counts as complete if it was submitted more than this
            many seconds ago, whether a run has seen it complete or not.
        request_timeout: Longest time for one whole answer, in seconds. The transfer of a file may take longer: it is
            given up when fewer than 1024 bytes a second come or go over this time.
        max_download_size: Largest file that is downloaded, and the most that a zip may unpack to: bytes, or a number
            with a unit such as `20gb`.
        max_retries: How often a failed request is sent again, if that is safe; 0 to 100.
        rate_limit: Most requests to send in ten seconds; learned from aiWARE when left out.
        markers: Whether objects carry an ownership marker, by which a repeated attempt finds what an earlier one made.
        validate_engines: Whether a preview checks engines and payloads against aiWARE's catalogue, before a job is
            submitted.
        allow_insecure: Whether plain http is accepted for a host other than this machine.
        fail_fast: Whether the first failure ends the run at once.
        prices: File of what engines cost, from the project's folder, for the report of a preview.
    """

    # Values can be secrets: an error must not quote them.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    endpoint: Annotated[str, StringConstraints(strip_whitespace=True)] = LOCAL
    api: Literal["cloud", "edge"] = "cloud"
    token: Token | None = None
    username: str | None = None
    password: SecretStr | None = None
    oauth_client_id: str | None = None
    oauth_client_secret: SecretStr | None = None
    oauth_refresh_token: Token | None = None
    auth_header: Literal["authorization", "api_key"] = "authorization"
    headers: Headers = ()
    organization_id: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    wait: bool = True
    job_timeout: Positive = 86_400.0
    poll_interval: Positive = 2.0
    poll_max_interval: Positive = 30.0
    poll_batch_size: Annotated[int, Field(ge=1, le=500)] = 50
    not_found_grace: NotNegative = 120.0
    purged_after: NotNegative = 7 * 86_400.0
    request_timeout: Positive = 30.0
    max_download_size: Annotated[ByteSize, Field(gt=0)] = ByteSize(100 * 10**9)
    max_retries: Annotated[int, Field(ge=0, le=100)] = 5
    rate_limit: Annotated[int, Field(ge=1)] | None = None
    markers: bool = True
    validate_engines: bool = True
    allow_insecure: bool = False
    fail_fast: bool = False
    prices: str | None = None

    @classmethod
    def from_pulumi(cls, config: pulumi.Config | None = None) -> Self:
        """Reads the settings inside a Pulumi program.

        Args:
            config: The `aiware` namespace of the stack; by default that of the running program.

        Raises:
            ConfigurationError: Listing every problem of the settings.
        """
        import pulumi

        stack = config if config is not None else pulumi.Config(NAMESPACE)
        found = {key_of(name): stack.get(to_camel(name)) for name in cls.model_fields}
        found |= {key: key for key in keys_of_the_program() if key not in found}
        return cls.from_mapping({key: value for key, value in found.items() if value is not None})

    @classmethod
    def from_mapping(
        cls, mapping: Mapping[str, Any], environ: Mapping[str, str] | None = None, *, anonymous: bool = False
    ) -> Self:
        """Reads the settings from a stack's whole configuration, as the provider host and the CLI have it.

        Args:
            mapping: Keys such as `aiware:endpoint`, values as text or already typed; other namespaces are passed over.
                With `PROVIDER_KEY`, they are those of an explicit provider, which takes nothing that belongs to another
                aiWARE from the environment.
            environ: Environment variables; by default those of this process.
            anonymous: Whether credentials may be missing, as before the first login.

        Raises:
            ConfigurationError: Listing every problem of the settings.
        """
        stack = {key: value for key, value in mapping.items() if key.startswith(f"{NAMESPACE}:") and not _unset(value)}
        provider = stack.pop(PROVIDER_KEY, None)
        problems = [problem for key in stack if (problem := cls.unknown(key))]
        environ = os.environ if environ is None else environ
        if provider is not None:
            others = {variable_of(name) for name in CONNECTION}
            environ = {name: value for name, value in environ.items() if name not in others}
        sources = sources_of(stack, environ)
        settings, invalid = cls.validated(sources)
        problems += [*invalid.values(), *settings.conflicts()]
        if not anonymous and not any(name in invalid for kind in CREDENTIALS for name in kind):
            missing = settings.missing()
            problems += [_NO_CREDENTIALS] if missing and provider and not settings.credentials.usable else missing
        if problems:
            raise ConfigurationError(
                _listed(problems, f"The settings of the provider {provider}" if provider else _OURS)
            )
        return settings

    @classmethod
    def validated(cls, sources: Mapping[str, tuple[str, Any]]) -> tuple[Self, dict[str, str]]:
        """Builds the settings of the valid values, and a sentence, by name, about each of the others.

        Args:
            sources: For each setting that is set: where, and the value as written there.
        """
        values = {name: value for name, (_, value) in sources.items()}
        try:
            return cls.model_validate(values), {}
        except ValidationError as error:
            problems = {str(problem["loc"][0]): problem for problem in error.errors(include_input=False)}
        valid = {name: value for name, value in values.items() if name not in problems}
        invalid = {name: _invalid_value(*sources[name], problem) for name, problem in problems.items()}
        return cls.model_validate(valid), invalid

    @classmethod
    def unknown(cls, key: str) -> str | None:
        """A sentence about a key that is not a setting, with the nearest one; ``None`` when it is one."""
        return unknown_key(key, cls.model_fields)

    @classmethod
    def refuse_unknown(cls) -> None:
        """Inside a Pulumi program: a misspelled key would be passed over, and the run do something else than was meant.

        Raises:
            ConfigurationError: The stack has a key of this library that is not a setting.
        """
        if problems := [problem for key in sorted(keys_of_the_program()) if (problem := cls.unknown(key))]:
            raise ConfigurationError(_listed(problems))

    def conflicts(self) -> list[str]:
        """Says, a sentence each, which values cannot work as a whole or not together."""
        problems = [] if self.endpoint == LOCAL else endpoint_problems(key_of("endpoint"), self.endpoint, self.api)
        if self.endpoint != LOCAL and not self.allow_insecure:
            problems += insecure_problems(key_of("endpoint"), key_of("allow_insecure"), self.endpoint)
        problems += self._edge_conflicts() if self.api == "edge" else self._cloud_conflicts()
        if self.poll_max_interval < self.poll_interval:
            problems.append(
                f"{key_of('poll_max_interval')} ({self.poll_max_interval:g} s) is shorter than "
                f"{key_of('poll_interval')} ({self.poll_interval:g} s): make it at least as long."
            )
        return problems

    def _edge_conflicts(self) -> list[str]:
        problems = []
        if self.credentials.begun_oauth:
            problems.append(
                f"aiWARE Edge has no OAuth, but credentials of OAuth are set: give {key_of('token')}, or "
                f"{key_of('username')} with {key_of('password')}."
            )
        if self.organization_id is not None and not is_uuid(self.organization_id):
            problems.append(
                f"{key_of('organization_id')} must be a UUID with aiWARE Edge, but is {self.organization_id!r}: it is "
                "the internalOrganizationID that a login at Edge answers."
            )
        return problems

    def _cloud_conflicts(self) -> list[str]:
        if self.auth_header == "authorization":
            return []
        return [
            f"{key_of('auth_header')} is for aiWARE Edge: the cloud API takes the token as `Authorization: Bearer`. "
            f"Leave it out, or set {key_of('api')} to edge."
        ]

    def missing(self) -> list[str]:
        """Says, a sentence each, what has to be set and is not."""
        if not self.names_endpoint and (begun := self.credentials.begun):
            given = " and ".join(f"{key_of(name)} or {variable_of(name)}" for name in begun)
            key, variable = key_of("endpoint"), variable_of("endpoint")
            return [
                f"{key} is missing, although there are credentials ({given}). Set it to the address of your aiWARE: "
                f"{commands.config_set(key, EXAMPLES[self.api])} (or {variable} in the environment); or to {LOCAL}, if "
                "the local aiWARE is meant."
            ]
        if self.endpoint == LOCAL:
            return []
        return credentials_problems(self.credentials, has_oauth=self.api == "cloud")

    @property
    def names_endpoint(self) -> bool:
        """Says whether the endpoint was set; otherwise it is the local aiWARE because nothing was said."""
        return "endpoint" in self.model_fields_set

    @property
    def credentials(self) -> Credentials:
        """The credentials among the settings."""
        return Credentials(**{name: getattr(self, name) for kind in CREDENTIALS for name in kind})

    def resolve_endpoint(self, *, anonymous: bool = False, start: bool = True) -> Connection:
        """Says where aiWARE is and how to get in.

        Args:
            anonymous: Whether credentials may be missing, as before the first login.
            start: Whether the local aiWARE is started where it is the endpoint and does not run.

        Raises:
            ConfigurationError: If the settings cannot work, or the local aiWARE could not be started, or does not run
                and is not to be started.
        """
        if problems := [*self.conflicts(), *([] if anonymous else self.missing())]:
            raise ConfigurationError(_listed(problems))
        if self.endpoint != LOCAL:
            return Connection(self.endpoint, self.credentials, self.organization_id)
        return _local_connection(self, start)


def _local_connection(settings: Settings, start: bool) -> Connection:
    # Only here does the library know of the local aiWARE, and only when it is asked for.
    from aiware_local.launcher import LauncherError, NotInstalledError, ensure_running, status

    try:
        server = ensure_running() if start else status()
        if server is None:
            meant = "" if settings.names_endpoint else f", and {key_of('endpoint')} names no other aiWARE"
            raise ConfigurationError(
                f"The local aiWARE is not running{meant}.",
                remedy=f"`aiware local start` starts it; for another aiWARE, name a stack (`aiware -s STACK`) or set "
                f"{variable_of('endpoint')}.",
            )
        given = settings.credentials
        credentials = given if given.usable else Credentials(token=SecretStr(server.token))
        if settings.api == "edge":
            return Connection(server.edge_url, credentials, settings.organization_id or server.edge_organization_id)
    except NotInstalledError as error:
        raise ConfigurationError(str(error)) from error
    except LauncherError as error:
        raise ConfigurationError(
            f"The local aiWARE could not be started: {error}",
            remedy="`aiware local logs` shows what it said; `aiware local start` tries again.",
        ) from error
    return Connection(server.graphql_url, credentials, settings.organization_id)


def _unset(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def sources_of(stack: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """For each setting that is set: where (the key or the variable), and the value as written there."""
    ours = {name: (key_of(name), stack[key_of(name)]) for name in Settings.model_fields if key_of(name) in stack}
    theirs = {
        name: (variable_of(name), environ[variable_of(name)])
        for name in Settings.model_fields
        if name not in ours and not _unset(environ.get(variable_of(name)))
    }
    endpoint = str((ours | theirs).get("endpoint", ("", ""))[1]).strip()
    begun = [kind for kind in CREDENTIALS if any(name in ours for name in kind)]
    for kind in CREDENTIALS:
        if endpoint == LOCAL or (begun and kind not in begun):
            theirs = {name: source for name, source in theirs.items() if name not in kind}
    if endpoint == LOCAL:
        theirs.pop("headers", None)
    return ours | theirs


def _invalid_value(label: str, value: Any, problem: ErrorDetails) -> str:
    """One sentence about a value that is not acceptable; the value is named unless it may be a secret."""
    requirement = _REQUIREMENTS.get(problem["type"]) or problem["msg"].split(" ", 1)[1].removeprefix("error, ")
    is_secret = names_secret(label) or label in (key_of("headers"), variable_of("headers"))
    return f"{label} {requirement}{'' if is_secret else f', but is {value!r}'}."


def _listed(problems: list[str], what: str = _OURS) -> str:
    if len(problems) == 1:
        return f"{what} cannot be used: {problems[0]}"
    return "\n".join([f"{what} cannot be used:", *(f"- {problem}" for problem in problems)])
