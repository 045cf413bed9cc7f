"""Explicit providers: other organizations and installations of aiWARE beside that of the stack.

The engine starts a provider host for each provider of a program, and configures it with the provider's own properties.
So what an explicit provider hands over are settings under the keys of a stack, and a host need not know which it is.
They are in the state as well, secrets encrypted, so that refresh and destroy reach the same aiWARE without the program.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Required, TypedDict, Unpack, cast

import pulumi
from pydantic.alias_generators import to_camel

from aiware_resources.errors import ConfigurationError
from aiware_resources.reconcile import mocks
from aiware_resources.reconcile.naming import check_arguments
from aiware_resources.settings import NAMESPACE, Settings
from aiware_resources.settings.keys import CONNECTION, PROVIDER_KEY, key_of
from aiware_resources.text.secret_words import names_secret

PACKAGE = "pulumi-python"
"""The package of dynamic resources, whose provider it has to be."""

_TYPE = f"{PACKAGE}:dynamic:Resource"
"""The type of a resource of that package."""

_PLAINTEXT = "plaintext"
"""Where a state that shows its secrets has one, as JSON."""


class ProviderArgs(TypedDict, total=False):
    """Arguments of a provider: the settings that belong to one aiWARE.

    Attributes:
        endpoint: The URL of a GraphQL API, such as `https://api.veritone.com/v3/graphql`; the base address of an Edge
            installation; or `local`.
        api: `cloud` for the GraphQL API, which is the default, or `edge`.
        token: API key or session token. Secret.
        username: With a password instead of a token.
        password: With a user name. Secret.
        oauth_client_id: With the two below instead of a token.
        oauth_client_secret: Secret of the OAuth application. Secret.
        oauth_refresh_token: From OAuth's authorization-code flow. Secret.
        auth_header: With Edge, the header that carries the token: `authorization`, or `api_key`.
        headers: Headers of your own, by name, sent with each request to this aiWARE. The values are secret.
        organization_id: With Edge: the UUID of the organization that jobs belong to; by default that of the token.
        allow_insecure: Whether plain http is accepted for a host other than this machine.
        rate_limit: Most requests to send in ten seconds; learned from aiWARE when left out.
    """

    endpoint: Required[pulumi.Input[str]]
    api: pulumi.Input[Literal["cloud", "edge"]]
    token: pulumi.Input[str]
    username: pulumi.Input[str]
    password: pulumi.Input[str]
    oauth_client_id: pulumi.Input[str]
    oauth_client_secret: pulumi.Input[str]
    oauth_refresh_token: pulumi.Input[str]
    auth_header: pulumi.Input[Literal["authorization", "api_key"]]
    headers: pulumi.Input[Mapping[str, pulumi.Input[str]]]
    organization_id: pulumi.Input[str]
    allow_insecure: pulumi.Input[bool]
    rate_limit: pulumi.Input[int]


class Provider(pulumi.ProviderResource):
    """An aiWARE beside that of the stack: another organization, or another installation.

    A resource or component is in it with ``opts=pulumi.ResourceOptions(provider=...)``, and so are the children of the
    component.
    """

    def __init__(
        self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **arguments: Unpack[ProviderArgs]
    ) -> None:
        """Declares a connection to an aiWARE.

        The stack and the environment give neither address nor credentials; all other settings are the stack's.
        """
        check_arguments(type(self).__name__, ProviderArgs, arguments)
        config = pulumi.Config(NAMESPACE)
        stack = {key_of(name): config.get(to_camel(name)) for name in Settings.model_fields if name not in CONNECTION}
        own = {key_of(name): _property(name, value) for name, value in arguments.items() if value is not None}
        props = {PROVIDER_KEY: resource_name, **{key: value for key, value in stack.items() if value}, **own}
        super().__init__(PACKAGE, resource_name, cast(Any, dict(props)), opts)
        if mocks.are_set():
            return
        self.settings: asyncio.Future[Settings] = asyncio.ensure_future(_settings(resource_name, props))
        # Pulumi awaits every Output before the program ends: settings that cannot be used end it.
        known = self.settings.get_loop().create_future()
        known.set_result(True)
        pulumi.Output(set(), self.settings, known)


def provider_of(resource: pulumi.Resource) -> pulumi.ProviderResource | None:
    """The explicit provider of a resource, its own or handed down by a parent; ``None`` for that of the stack."""
    return resource.get_provider(resource.pulumi_resource_type)


def named_in(opts: pulumi.ResourceOptions | None) -> str | None:
    """The name of the explicit provider that options give, or the parent in them; ``None`` for that of the stack."""
    if opts is None:
        return None
    given = opts.providers or {}
    listed = given.values() if isinstance(given, Mapping) else given
    found = next((each for each in (opts.provider, *listed) if each is not None and each.package == PACKAGE), None)
    if found is None and opts.parent is not None:
        found = opts.parent.get_provider(_TYPE)
    return found and found.pulumi_resource_name


def asked_through(opts: pulumi.InvokeOptions | None) -> pulumi.ProviderResource | None:
    """The explicit provider of a look-up, its own or a parent's; ``None`` for that of the stack."""
    if opts is None:
        return None
    if opts.provider is not None or opts.parent is None:
        return opts.provider
    return opts.parent.get_provider(_TYPE)


def recorded_providers(resources: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """The settings of the explicit providers in a state, by URN.

    Args:
        resources: The resources, as ``pulumi stack export --show-secrets`` prints them.
    """
    found = {str(each["urn"]): each.get("inputs") or {} for each in resources if "urn" in each}
    return {
        urn: {key: _shown(value) for key, value in inputs.items()}
        for urn, inputs in found.items()
        if PROVIDER_KEY in inputs
    }


def _shown(value: Any) -> str:
    return str(json.loads(value[_PLAINTEXT])) if isinstance(value, Mapping) and _PLAINTEXT in value else str(value)


def _property(name: str, value: pulumi.Input[Any]) -> pulumi.Output[Any]:
    """The value as a stack's configuration has it: text, and encrypted where it is a secret."""
    text = pulumi.Output.from_input(value).apply(_as_text)
    return pulumi.Output.secret(text) if names_secret(name) or name == "headers" else text


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value) if isinstance(value, str) else json.dumps(value)


async def _settings(name: str, props: dict[str, Any]) -> Settings:
    given = pulumi.Output.all(**props)
    found = await given.future()
    if found is None or not await given.is_known():
        raise pulumi.RunError(
            f"The provider {name} cannot be used: its arguments have to be known in a preview, from the stack's "
            "configuration for one."
        )
    try:
        return Settings.from_mapping(found)
    except ConfigurationError as error:
        raise pulumi.RunError(str(error)) from error
