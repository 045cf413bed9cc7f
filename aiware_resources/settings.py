"""The `aiware:*` stack configuration, with environment variables for what the stack does not set.

Every setting has an environment variable: `AIWARE_` and the setting's name in capitals, so that `aiware:jobTimeout` is
`AIWARE_JOB_TIMEOUT`. A value of the stack wins over the environment, the environment over the default; an empty value
counts as none. Credentials have two more rules, so that a run never acts as somebody else by accident: the environment
completes the kind of credentials that the stack has begun (a password for its username) and never adds another kind;
and it is not asked at all when the endpoint is the local aiWARE.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from aiware_resources.errors import ConfigurationError

if TYPE_CHECKING:
    import pulumi

NAMESPACE = "aiware"
LOCAL = "local"

_TOKEN_REMEDY = (
    f"Set one with: pulumi config set --secret {NAMESPACE}:token <token>, or in the environment as AIWARE_TOKEN. "
    f"{NAMESPACE}:username with {NAMESPACE}:password does as well, and so does {NAMESPACE}:oauthRefreshToken with "
    f"{NAMESPACE}:oauthClientId and {NAMESPACE}:oauthClientSecret."
)

# What pydantic's messages say for programmers, for people.
_REQUIREMENTS = {
    "bool_parsing": "should be true or false",
    "float_parsing": "should be a number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
}

# Credentials that belong together; the environment completes a kind, it never adds one to what the stack sets.
_CREDENTIALS: tuple[tuple[str, ...], ...] = (
    ("token",),
    ("username", "password"),
    ("oauth_client_id", "oauth_client_secret", "oauth_refresh_token"),
)

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


def checked_token(token: SecretStr) -> SecretStr:
    """Strips a token, and refuses one that no HTTP header can carry; the error there would quote it.

    Raises:
        ValueError: If it holds anything but printable ASCII characters, or spaces; without quoting it.
    """
    text = token.get_secret_value().strip()
    if not all("!" <= character <= "~" for character in text):
        raise ValueError("should be one word of printable ASCII characters, without spaces and line breaks")
    return SecretStr(text)


Token = Annotated[SecretStr, AfterValidator(checked_token)]


@dataclass(frozen=True)
class Credentials:
    """What a session is opened with: a token, a name and password, or the three values of the OAuth refresh grant."""

    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    oauth_client_id: str | None = None
    oauth_client_secret: SecretStr | None = None
    oauth_refresh_token: SecretStr | None = None

    @property
    def has_password(self) -> bool:
        """Whether a username and a password are known."""
        return self.username is not None and self.password is not None

    @property
    def has_oauth(self) -> bool:
        """Whether all that the OAuth refresh grant needs is known."""
        return None not in (self.oauth_client_id, self.oauth_client_secret, self.oauth_refresh_token)

    @property
    def usable(self) -> bool:
        """Whether a session can be opened at all."""
        return self.token is not None or self.has_password or self.has_oauth


@dataclass(frozen=True)
class Connection:
    """Where aiWARE's GraphQL API is, and how to get in."""

    url: str
    credentials: Credentials


class Settings(BaseModel):
    """How this run talks to aiWARE.

    Attributes:
        endpoint: `local` for the local aiWARE, or the URL of a GraphQL API (of the base path, for Edge).
        api: `cloud` for the GraphQL API, `edge` for the REST API of an Edge installation.
        token: API key or session token. Secret.
        username: User name for a login, usually an e-mail address.
        password: Password for a login. Secret.
        oauth_client_id: Client id of an OAuth application.
        oauth_client_secret: Its secret. Secret.
        oauth_refresh_token: Refresh token that the authorization-code flow gave. Secret.
        organization_id: Organisation of the jobs; Edge asks for it.
        wait: Whether a run waits for the jobs, exports and clusters that it started.
        job_timeout: Longest wait for one job, in seconds.
        poll_interval: Time between two looks at running work, in seconds, at the start of the wait.
        poll_max_interval: The same, at the most: the interval grows while nothing happens.
        poll_batch_size: How many objects one request asks about.
        request_timeout: Longest wait for one answer, in seconds.
        max_retries: How often a failed request is sent again, where sending again is safe.
        markers: Whether objects carry an ownership marker, by which a repeated attempt finds what an earlier one made.
        validate_engines: Whether engine ids are looked up before a job is submitted.
        allow_insecure: Whether plain http is accepted for a host other than this machine.
        fail_fast: Whether the first failure ends the run at once.
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
    organization_id: Annotated[str, Field(coerce_numbers_to_str=True)] | None = None
    wait: bool = True
    job_timeout: Positive = 86_400.0
    poll_interval: Positive = 2.0
    poll_max_interval: Positive = 30.0
    poll_batch_size: Annotated[int, Field(ge=1, le=500)] = 50
    request_timeout: Positive = 30.0
    max_retries: Annotated[int, Field(ge=0, le=100)] = 5
    markers: bool = True
    validate_engines: bool = True
    allow_insecure: bool = False
    fail_fast: bool = False

    @classmethod
    def from_pulumi(cls, config: pulumi.Config | None = None) -> Self:
        """Reads the settings inside a Pulumi program.

        Pulumi's public API cannot list the keys of a stack, so a misspelt key is not seen here; it is reported where
        the whole configuration is known, in `from_mapping`.

        Args:
            config: The `aiware` namespace of the stack; by default that of the running program.

        Raises:
            ConfigurationError: Listing every problem of the settings.
        """
        import pulumi

        stack = config if config is not None else pulumi.Config(NAMESPACE)
        found = {_key(name): stack.get(to_camel(name)) for name in cls.model_fields}
        return cls.from_mapping({key: value for key, value in found.items() if value is not None})

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Self:
        """Reads the settings from a stack's whole configuration, as the provider host and the CLI have it.

        Args:
            mapping: Keys such as `aiware:endpoint`, values as text or already typed; other namespaces are passed over.
            environ: Environment variables; by default those of this process.

        Raises:
            ConfigurationError: Listing every problem of the settings.
        """
        stack = {key: value for key, value in mapping.items() if key.startswith(f"{NAMESPACE}:") and not _unset(value)}
        problems = [problem for key in stack if (problem := _unknown_key(key))]
        sources = _sources(stack, os.environ if environ is None else environ)
        settings, invalid = cls._validated(sources)
        problems += [*invalid.values(), *settings.conflicts()]
        if not any(name in invalid for kind in _CREDENTIALS for name in kind):
            problems += settings.missing()
        if problems:
            raise ConfigurationError(_listed(problems))
        return settings

    @classmethod
    def _validated(cls, sources: Mapping[str, tuple[str, Any]]) -> tuple[Self, dict[str, str]]:
        """Builds the settings of the valid values, and a sentence, by name, about each of the others."""
        values = {name: value for name, (_, value) in sources.items()}
        try:
            return cls.model_validate(values), {}
        except ValidationError as error:
            problems = {str(problem["loc"][0]): problem for problem in error.errors(include_input=False)}
        valid = {name: value for name, value in values.items() if name not in problems}
        invalid = {name: _invalid_value(*sources[name], problem) for name, problem in problems.items()}
        return cls.model_validate(valid), invalid

    def conflicts(self) -> list[str]:
        """Says, a sentence each, which values cannot work as a whole or not together."""
        problems = [] if self.endpoint == LOCAL else _endpoint_problems(self.endpoint, self.allow_insecure)
        if self.poll_max_interval < self.poll_interval:
            problems.append(
                f"{_key('poll_max_interval')} ({self.poll_max_interval:g} s) is shorter than "
                f"{_key('poll_interval')} ({self.poll_interval:g} s): make it at least as long."
            )
        return problems

    def missing(self) -> list[str]:
        """Says, a sentence each, what has to be set and is not."""
        return [] if self.endpoint == LOCAL else _credentials_problems(self.credentials)

    @property
    def credentials(self) -> Credentials:
        """The credentials among the settings."""
        return Credentials(**{name: getattr(self, name) for kind in _CREDENTIALS for name in kind})

    def resolve_endpoint(self) -> Connection:
        """Says where aiWARE is and how to get in, and starts the local aiWARE where that is the endpoint.

        Raises:
            ConfigurationError: If the settings cannot work, or the local aiWARE could not be started.
        """
        if problems := [*self.conflicts(), *self.missing()]:
            raise ConfigurationError(_listed(problems))
        if self.endpoint != LOCAL:
            return Connection(self.endpoint, self.credentials)
        return _local_connection(self.credentials)


def is_loopback(host: str | None) -> bool:
    """Says whether a host name or address means this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _local_connection(credentials: Credentials) -> Connection:
    # Only here does the library know of the local aiWARE, and only when it is asked for.
    from aiware_local.launcher import LauncherError, ensure_running

    try:
        server = ensure_running()
        own = credentials if credentials.usable else Credentials(token=SecretStr(server.token))
    except LauncherError as error:
        raise ConfigurationError(
            f"The local aiWARE could not be started: {error}",
            remedy="`aiware local logs` shows what it said; `aiware local start` tries again.",
        ) from error
    return Connection(server.graphql_url, own)


def _key(name: str) -> str:
    """`job_timeout` as the stack spells it: `aiware:jobTimeout`."""
    return f"{NAMESPACE}:{to_camel(name)}"


def _variable(name: str) -> str:
    """`job_timeout` as the environment spells it: `AIWARE_JOB_TIMEOUT`."""
    return f"{NAMESPACE}_{name}".upper()


def _unset(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _sources(stack: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """For each setting that is set: where (the key or the variable), and the value as written there."""
    ours = {name: (_key(name), stack[_key(name)]) for name in Settings.model_fields if _key(name) in stack}
    theirs = {
        name: (_variable(name), environ[_variable(name)])
        for name in Settings.model_fields
        if name not in ours and not _unset(environ.get(_variable(name)))
    }
    endpoint = str((ours | theirs).get("endpoint", ("", LOCAL))[1]).strip()
    begun = [kind for kind in _CREDENTIALS if any(name in ours for name in kind)]
    for kind in _CREDENTIALS:
        if endpoint == LOCAL or (begun and kind not in begun):
            theirs = {name: source for name, source in theirs.items() if name not in kind}
    return ours | theirs


def _unknown_key(key: str) -> str | None:
    known = [to_camel(name) for name in Settings.model_fields]
    name = key.partition(":")[2]
    if name in known:
        return None
    nearest = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {NAMESPACE}:{nearest[0]}?" if nearest else f"the settings are {', '.join(known)}."
    return f"{key} is not a setting: {hint}"


def _invalid_value(label: str, value: Any, problem: ErrorDetails) -> str:
    """One sentence about a value that is not acceptable; the value is named unless it may be a secret."""
    requirement = _REQUIREMENTS.get(problem["type"]) or problem["msg"].split(" ", 1)[1].removeprefix("error, ")
    secret = any(word in label.lower() for word in ("token", "password", "secret"))
    return f"{label} {requirement}{'' if secret else f', but is {value!r}'}."


def _listed(problems: list[str]) -> str:
    if len(problems) == 1:
        return f"The aiWARE settings cannot be used: {problems[0]}"
    return "\n".join(["The aiWARE settings cannot be used:", *(f"- {problem}" for problem in problems)])


def _credentials_problems(credentials: Credentials) -> list[str]:
    if credentials.usable:
        return []
    for kind in _CREDENTIALS:
        missing = [name for name in kind if getattr(credentials, name) is None]
        if len(missing) < len(kind):
            wanted = " and ".join(f"{_key(name)} (or {_variable(name)} in the environment)" for name in missing)
            return [f"The credentials are incomplete: set {wanted} as well."]
    return [f"No aiWARE token is set. {_TOKEN_REMEDY}"]


def _endpoint_problems(endpoint: str, allow_insecure: bool) -> list[str]:
    wanted = f"{_key('endpoint')} must be `local` or a URL such as https://api.veritone.com/v3/graphql"
    try:
        url = urlsplit(endpoint)
        host, _ = url.hostname, url.port
    except ValueError as error:
        return [f"{wanted}, but is {endpoint.rpartition('@')[2]!r}: {error}."]
    if url.scheme not in ("http", "https") or not host:
        return [f"{wanted}, but is {_without_secrets(url)!r}."]
    problems = []
    if url.username or url.password or url.query or url.fragment:
        problems.append(f"{wanted}, without user, query or fragment; credentials have settings of their own.")
    if url.path in ("", "/"):
        problems.append(f"{wanted}, but {_without_secrets(url)!r} names no path; GraphQL is usually at /v3/graphql.")
    if url.scheme == "http" and not is_loopback(host) and not allow_insecure:
        problems.append(
            f"{_key('endpoint')} would send the token to {host} over plain http: use https, or set "
            f"{_key('allow_insecure')} to true if the network is trusted."
        )
    return problems


def _without_secrets(url: SplitResult) -> str:
    """The address without user, password and query."""
    host = url.netloc.rpartition("@")[2]
    return SplitResult(url.scheme, host, url.path, "", "").geturl()
