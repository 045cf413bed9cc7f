"""Failed jobs that an update leaves as they are, since ``on_failure`` is ``keep``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiware_resources.fleet.plan import FAILURES, named
from aiware_resources.reconcile import FAILURE
from aiware_resources.report import effects
from aiware_resources.report.kinds import Kind, kind_of
from aiware_resources.report.model import KeptFailure
from aiware_resources.report.pulumi_json import Step, type_of

_STAYS = frozenset({"same", "update"})


def kept_in_step(step: Step) -> KeptFailure | None:
    """The failure that a step of a preview leaves; of a resource that stays, only the old state tells it."""
    if step.op not in _STAYS:
        return None
    kind = kind_of(step.state.type)
    inputs = step.new_state.inputs if step.new_state else step.earlier.inputs
    return kept_failure(kind, step.name, step.earlier.id, step.earlier.outputs, inputs, type_of(step.urn))


def kept_failure(
    kind: Kind, name: str, id_: str, recorded: Mapping[str, Any], inputs: Mapping[str, Any], type_: str
) -> KeptFailure | None:
    """The failure that a resource has and keeps; ``None`` when it has none, or an update acts on it.

    Args:
        kind: The kind of resource.
        name: Its name in the program.
        id_: The id of its object.
        recorded: What is recorded of it.
        inputs: What the program says of it.
        type_: Its type without the package.
    """
    failure = recorded.get(FAILURES if kind.is_fleet else FAILURE)
    if not isinstance(failure, Mapping) or not failure or inputs.get("onFailure") != "keep":
        return None
    if kind.is_fleet:
        reason = f"{len(failure)} of its jobs have failed: {named(sorted(failure))}."
    else:
        reason = effects.failed(failure)
    return KeptFailure(type_, name, id_, reason, fails_update=inputs.get("allowFailure") is not True)
