"""What the Pulumi resources of all entities share."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

import pulumi
import pulumi.dynamic
from pulumi.output import UNKNOWN
from pulumi.runtime import rpc
from pydantic.alias_generators import to_camel

from aiware_resources.errors import ConfigurationError
from aiware_resources.reconcile import mocks
from aiware_resources.reconcile.carrying import carried
from aiware_resources.reconcile.explicit import named_in, provider_of
from aiware_resources.reconcile.holders import OWNER_KEY, PARENT_KEY, PROVIDER_NAME
from aiware_resources.reconcile.naming import api_properties, check_arguments, python_name
from aiware_resources.reconcile.outputs import derived, leave_to_others, urn_after
from aiware_resources.reconcile.provider import ASKED, READ_KEY, EntityProvider
from aiware_resources.reconcile.pulumi_processes import end_with_engine, look_less_for_garbage
from aiware_resources.settings import Settings
from aiware_resources.text import commands

NEVER_SENT = frozenset({"triggers"})
"""What only has to differ when it differs, and need not arrive in aiWARE whole."""


def _refuse_unknown_keys() -> None:
    try:
        Settings.refuse_unknown()
    except ConfigurationError as error:
        # The user's own words in a file are wrong, so Pulumi is to show the message without a traceback.
        raise pulumi.RunError(str(error)) from error


_told: weakref.WeakSet[pulumi.Resource] = weakref.WeakSet()
"""The stacks of the programs that were told which aiWARE they use, since one process may run several."""


def _tell_of_the_local_aiware() -> None:
    """Says once in a program that it uses the local aiWARE, where nobody has asked for that."""
    stack = pulumi.runtime.get_root_resource()
    if stack is None or stack in _told or mocks.are_set():
        return
    _told.add(stack)
    with contextlib.suppress(ConfigurationError):  # whoever connects says what is wrong with the settings
        if not Settings.from_pulumi().names_endpoint:
            pulumi.log.info(
                "aiware:endpoint is not set: this run uses the local aiWARE, which makes results up. "
                f"To say that it is meant: {commands.config_set('aiware:endpoint', 'local')}"
            )


class EntityResource(pulumi.dynamic.Resource):
    """An aiWARE object in a Pulumi program.

    Every argument is an attribute of the same name, an Output of the resource's desired state. Under Pulumi's mocks,
    every output that its class declares is what the mocks say.
    """

    provider: ClassVar[type[EntityProvider]]
    """What reconciles the object."""
    args: ClassVar[type]
    """The list of the arguments."""

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        hidden: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._is_only_read = opts is not None and opts.id is not None
        if not self._is_only_read:
            check_arguments(type(self).__name__, self.args, arguments)
        if opts is not None and opts.import_ is not None:
            instead = f'leave import_ out, and adopt the object with adopt="{opts.import_}"'
            raise pulumi.RunError(f"{type(self).__name__} {name}: Pulumi cannot import it (opts.import_): {instead}.")
        end_with_engine()
        look_less_for_garbage()
        _refuse_unknown_keys()
        provider = self.provider()
        props = self._asked(provider, arguments) if self._is_only_read else self._declared(provider, name, arguments)
        parent = None if opts is None else opts.parent
        types = None if parent is None else _types_of(parent)
        if types is not None and not self._is_only_read:
            props[PARENT_KEY] = types
        if (connection := named_in(opts)) is not None and not self._is_only_read:
            props[PROVIDER_NAME] = connection
        mocked = {name: held for name, held in mocks.output_names(type(self)).items() if to_camel(name) not in props}
        props |= dict.fromkeys([*provider.facts, *map(to_camel, mocked)])
        props |= hidden
        super().__init__(provider, name, props, opts)
        # All that an answer of the engine tells is known, or fails, together with the urn.
        leave_to_others(self.id, *(self.__dict__[key] for key in props))
        if provider_of(self) is None:
            _tell_of_the_local_aiware()
        if self._is_only_read:
            self._know_what_is_read(props, opts)
        self._types_above = types
        # The engine knows the API's names, a program Python's.
        for key in props:
            self.__dict__.setdefault(python_name(key), self.__dict__[key])
        for output, held in mocked.items():
            self.__dict__[output] = mocks.output(self, self.__dict__[to_camel(output)], held)

    def _declared(self, provider: EntityProvider, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What the program says of an object that the stack manages."""
        given = {key: value for key, value in arguments.items() if key in provider.model.model_fields}
        props = {
            key: carried(value, (f"{type(self).__name__} {name}", key), with_nulls=key in NEVER_SENT)
            for key, value in api_properties(provider.model, given).items()
        }
        props |= {key: pulumi.Output.secret(props[key]) for key in provider.secrets if key in props}
        props[OWNER_KEY] = f"{pulumi.get_project()}/{pulumi.get_stack()}/{name}"
        return props

    def _asked(self, provider: EntityProvider, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What to read of an object that is there (`Readable.get`)."""
        kind = type(self).__name__
        if not isinstance(self, Readable):
            raise pulumi.RunError(f"A {kind} cannot be read by its id (opts.id): declare it.")
        if any(value is not None for value in arguments.values()):
            raise pulumi.RunError(f"A {kind} that is only read takes no arguments beside its id: use {kind}.get().")
        return {READ_KEY: ASKED} | dict.fromkeys(provider.readable)

    def _know_what_is_read(self, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        """Makes what aiWARE does not answer ``None``, in previews too, and an id unknown that is not known yet."""
        raw, given = self.id, pulumi.Output.from_input(None if opts is None else opts.id)

        async def object_id() -> Any:
            # Older SDKs of Pulumi take the ids of what they read for known. Newer ones take them for unknown in a
            # preview in which the engine does not repeat them, as older engines and mocks do not.
            found = await raw.future() or await given.future()
            return UNKNOWN if found in {None, rpc.UNKNOWN} else found

        self.__dict__["id"] = derived(self, object_id())
        for key in props:
            said = self.__dict__[key]
            self.__dict__[key] = pulumi.Output({self}, said.future(), self.id.is_known(), said.is_secret())

    async def _condition(self) -> Any:
        """What is awaited of the object; ``None`` for an entity that cannot be waited for."""

    def _resolve_after(self, *work: Awaitable[Any]) -> None:
        """Makes whatever depends on the resource wait for work, which a preview does not do."""
        self.__dict__["urn"] = urn_after(self, self.urn, *work)

    def __getattr__(self, name: str) -> pulumi.Output[None]:
        """An argument that was not given is an Output of ``None``."""
        if name not in type(self).provider.model.model_fields:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return pulumi.Output.from_input(None)


class Readable(EntityResource):
    """An entity whose objects a program may read without managing them."""

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - Pulumi's word for it
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Reads an object that is in aiWARE already, whoever made it.

        The stack does not manage it: it never changes or deletes it, and does not wait for it. Its outputs are known in
        a preview.

        Args:
            resource_name: The name of the resource in the program.
            id: The id of the object in aiWARE.
            opts: Options, such as ``parent``.

        Returns:
            A resource with the outputs of its class. An argument of which aiWARE tells nothing is ``None``.
        """
        read: Callable[..., Self] = cls
        own = pulumi.ResourceOptions(id=id, additional_secret_outputs=sorted(cls.provider.confidential))
        return read(resource_name, pulumi.ResourceOptions.merge(opts, own))


def _types_of(parent: pulumi.Resource) -> pulumi.Output[str]:
    """The types of a component and of those that it is in, as a URN has them; nothing depends on it by that."""
    if isinstance(parent, EntityResource):
        # Its URN resolves on completion.
        return _joined(parent._types_above, parent.pulumi_resource_type)
    urn: pulumi.Output[str | None] = pulumi.Output(set(), parent.urn.future(), parent.urn.is_known())
    return urn.apply(_types_in)


def _types_in(urn: str | None) -> str:
    parts = (urn or "").split("::")
    return parts[2] if len(parts) > 3 and parts[2] != "pulumi:pulumi:Stack" else ""


def _joined(above: pulumi.Output[str] | None, own: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(above).apply(lambda known: f"{known}${own}" if known else own)
