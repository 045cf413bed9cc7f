"""The keys of this library in a stack's configuration."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pydantic.alias_generators import to_camel

from aiware_resources.text.words import did_you_mean

NAMESPACE = "aiware"

PROVIDER_KEY = f"{NAMESPACE}:provider"
"""Beside the settings of an explicit provider: its name in the program. It is not a setting."""

CONNECTION = (
    "endpoint",
    "api",
    "token",
    "username",
    "password",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_refresh_token",
    "auth_header",
    "headers",
    "organization_id",
    "allow_insecure",
    "rate_limit",
)
"""The settings that belong to one aiWARE: an explicit provider has its own, and takes none from elsewhere."""


def key_of(name: str) -> str:
    """`job_timeout` as the stack spells it: `aiware:jobTimeout`."""
    return f"{NAMESPACE}:{_in_a_stack(name)}"


def variable_of(name: str) -> str:
    """`job_timeout` as the environment spells it: `AIWARE_JOB_TIMEOUT`."""
    return f"{NAMESPACE}_{name}".upper()


def unknown_key(key: str, names: Iterable[str]) -> str | None:
    """A sentence about a key that is not a setting, with the nearest one; ``None`` when it is one.

    Args:
        key: A key of this library's namespace.
        names: The Python names of all settings.
    """
    known = [_in_a_stack(name) for name in names]
    name = key.partition(":")[2]
    if name in known:
        return None
    hint = did_you_mean(name, known, f"the settings are {', '.join(known)}.", before=f"{NAMESPACE}:")
    return f"{key} is not a setting: {hint}"


@cache
def _in_a_stack(name: str) -> str:
    return to_camel(name)


def keys_of_the_program() -> set[str]:
    """The keys of this library that the stack of the running program has; `pulumi.Config` does not list them."""
    from pulumi.runtime import config

    return {key for key in {*config.CONFIG.get(), *config.get_config_env()} if key.startswith(f"{NAMESPACE}:")}
