"""The stack as Pulumi recorded it: what an update begins with. A policy is told only what it ends with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiware_resources.cli import pulumi_command
from aiware_resources.report.pulumi_json import State
from aiware_resources.text.secret_words import IN_CLEAR, SIGNATURE


class Recorded(State):
    """A recorded resource.

    Attributes:
        urn: Its URN.
        protect: Whether Pulumi refuses to delete it.
    """

    urn: str = ""
    protect: bool = False


class RecordedStack:
    """The resources of a stack.

    Args:
        resources: The resources of a state, as ``pulumi stack export --show-secrets`` writes them.
    """

    def __init__(self, resources: Sequence[Mapping[str, Any]]) -> None:
        found = (Recorded.model_validate(_in_clear(each)) for each in resources)
        # What is only read is not the stack's; what waits for its deletion has a successor of the same name.
        self.by_urn = {each.urn: each for each in found if not each.external and not each.delete}

    def known_as(self, urns: Iterable[str]) -> Recorded | None:
        """The resource that has one of some URNs."""
        return next((self.by_urn[urn] for urn in urns if urn in self.by_urn), None)


def read(project: str, stack: str) -> RecordedStack:
    """Reads the state of a stack, with its secrets, since they may be what an update changes.

    Args:
        project: The name of the project.
        stack: The name of the stack.

    Raises:
        ConfigurationError: It cannot be read.
    """
    return RecordedStack(pulumi_command.recorded(full_name(project, stack), show_secrets=True))


def configured(organization: str, config: Mapping[str, str]) -> None:
    """Takes what the engine says of the stack, where it does.

    Args:
        organization: Whose stack it is; empty where stacks are nobody's.
        config: The configuration, secrets in clear.
    """
    _told.update(organization=organization, config=dict(config))


def configuration(project: str, stack: str) -> Mapping[str, Any]:
    """The configuration of a stack: as the engine told it, or as Pulumi tells it.

    Raises:
        ConfigurationError: It cannot be read.
    """
    config: Mapping[str, Any] | None = _told.get("config")
    return config if config is not None else pulumi_command.config(full_name(project, stack))


def full_name(project: str, stack: str) -> str:
    """The name of a stack for Pulumi's commands; with its organization, where the engine told it."""
    organization = _told.get("organization")
    return f"{organization}/{project}/{stack}" if organization else stack


_told: dict[str, Any] = {}


def _in_clear(value: Any) -> Any:
    if isinstance(value, Mapping):
        if SIGNATURE in value and IN_CLEAR in value:
            return _in_clear(json.loads(value[IN_CLEAR]))
        return {key: _in_clear(item) for key, item in value.items()}
    return [_in_clear(item) for item in value] if isinstance(value, list) else value
