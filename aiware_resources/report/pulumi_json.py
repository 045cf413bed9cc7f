"""What ``pulumi preview --json`` prints, as far as a report needs it.

Nothing in it is executed: the pickled provider that it carries along is dropped unread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.alias_generators import to_camel

from aiware_resources.errors import AiwareError
from aiware_resources.fleet.entries import JOBS
from aiware_resources.fleet.packing import FLEET, unpacked_resource
from aiware_resources.fleet.reading import OPEN
from aiware_resources.reconcile.schema import INTERNAL_PREFIX
from aiware_resources.reconcile.unknowns import NOT_KNOWN
from aiware_resources.reconcile.values import whole_numbers
from aiware_resources.text.secret_words import MASK
from aiware_resources.waiting.conditions import COMPLETE

UNKNOWN_TEXTS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # text, and what has no type
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""How Pulumi writes a value that only an update can tell, by its type."""

_FACTS = (COMPLETE, OPEN)

STACK = "pulumi:pulumi:Stack"

_NOT_SEEN = (
    "its jobs are secret in a preview, so this report does not see which of them are gone from aiWARE and are "
    "submitted again; `aiware drift` does"
)

_RUNS_PACKS = "using pulumi-language-aiware from $PATH"
"""Pulumi warns so of what runs the packs of this library, which says nothing of the update."""


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _null_is_nothing(cls, value: Any, info: Any) -> Any:
        field = cls.model_fields[info.field_name]
        return field.get_default(call_default_factory=True) if value is None and not field.is_required() else value


class State(_Part):
    """A resource on one side of a step.

    Attributes:
        type: Its type, such as ``pulumi-python:dynamic/aiware:Job``.
        urn: Which resource it is on this side: an alias may give it another URN on the other side.
        id: Its id in aiWARE; empty when it has none yet.
        custom: Whether something real stands behind it; a component is a name for several others.
        inputs: What the program gives; what is unknown is an ``Unknown``.
        outputs: What is recorded.
        retain_on_delete: Whether Pulumi forgets it without deleting it.
        deleted_with: URN of the resource whose deletion takes this one along.
        delete: Whether it was replaced by an earlier update, and still waits for its deletion.
        external: Whether the stack only reads it (``get``).
        parent: The URN of its parent.
        property_dependencies: For each input, the URNs of the resources that it comes from.
        facts: What is recorded of whether its jobs have ended.
    """

    type: str
    urn: str = ""
    id: str = ""
    custom: bool = False
    inputs: dict[str, Any] = Field(default_factory=dict)
    outputs: dict[str, Any] = Field(default_factory=dict)
    retain_on_delete: bool = False
    deleted_with: str = ""
    delete: bool = False
    external: bool = False
    parent: str = ""
    property_dependencies: dict[str, list[str] | None] = Field(default_factory=dict)
    facts: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _with_facts(cls, value: Any) -> Any:
        value = unpacked_resource(value) if isinstance(value, dict) else value
        outputs = value.get("outputs") if isinstance(value, dict) else None
        return {**value, "facts": {key: outputs[key] for key in _FACTS if key in outputs}} if outputs else value

    @field_validator("inputs", "outputs", mode="after")
    @classmethod
    def _plain(cls, value: dict[str, Any]) -> dict[str, Any]:
        own = {key: item for key, item in value.items() if not key.startswith(INTERNAL_PREFIX)}
        plain: dict[str, Any] = _with_unknowns(whole_numbers(own))
        return plain


class Step(_Part):
    """What the engine does to one resource.

    Attributes:
        op: ``create``, ``update``, ``replace``, ``delete``, ``same``, ``refresh``, ...
        urn: Which resource.
        old_state: Before. Of a ``refresh`` it is what was recorded; of any other step, what aiWARE has.
        new_state: After.
        replace_reasons: The properties that ask for a new object.
    """

    op: str
    urn: str
    old_state: State | None = None
    new_state: State | None = None
    replace_reasons: list[str] = Field(default_factory=list)

    @property
    def state(self) -> State:
        """The newer of its states."""
        found = self.new_state or self.old_state
        return found if found is not None else State(type=self.urn.split("::")[-2].rpartition("$")[2])

    @property
    def earlier(self) -> State:
        """The older of its states: of a ``refresh``, what was recorded."""
        return self.old_state if self.old_state is not None else self.state

    @property
    def name(self) -> str:
        """The name of the resource in the program."""
        return name_of(self.urn)

    @property
    def is_pending_deletion(self) -> bool:
        """Whether it reads an object whose place another one has taken in an update that did not finish.

        A step that replaces an object marks the old one in the same way.
        """
        return self.op == "refresh" and self.earlier.delete


class Diagnostic(_Part):
    """What the engine or the program had to say.

    Attributes:
        message: The text.
        severity: ``error``, ``warning``, ``info``, ...
        urn: The resource it is about; empty when about none.
    """

    message: str
    severity: str = "info"
    urn: str = ""


class Preview(_Part):
    """The whole output.

    Attributes:
        steps: What the engine does, in its order.
        diagnostics: What was said meanwhile.
        change_summary: How many resources are created, updated, ...; unchanged ones too.
    """

    steps: list[Step] = Field(default_factory=list)
    diagnostics: list[Diagnostic] = Field(default_factory=list)
    change_summary: dict[str, int] = Field(default_factory=dict)

    @property
    def shows_unchanged(self) -> bool:
        """Whether the steps of resources that stay as they are were printed too (``--show-sames``)."""
        return sum(step.op == "same" for step in self.steps) >= self.change_summary.get("same", 0)


def parse(text: str) -> Preview:
    """Reads the output of ``pulumi preview --json``.

    Args:
        text: The output; lines before the JSON, which some shells and wrappers add, are passed over.

    Raises:
        AiwareError: It is something else.
    """
    start = text.find("{")
    try:
        found, end = json.JSONDecoder().raw_decode(text[max(start, 0) :])
        preview = Preview.model_validate(found)
        if "steps" not in found and "diagnostics" not in found:
            raise ValueError("it has no steps")
    except (ValueError, ValidationError) as error:
        reason = _first_line(error) if start >= 0 else "there is no JSON in it"
        raise AiwareError(
            f"This is not output of `pulumi preview --json`: {reason}.",
            remedy="Give the file that `pulumi preview --json > FILE` wrote, whole.",
        ) from error
    if text[max(start, 0) + end :].strip():
        raise AiwareError(
            "This is not output of `pulumi preview --json`: something follows the JSON.",
            remedy="Unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW, and keep standard error out of the file.",
        )
    return preview


def with_policies(preview: Preview, events: str) -> Preview:
    """A preview with what policies said of it, which ``pulumi preview --json`` leaves out.

    Args:
        preview: The preview.
        events: What it wrote to its event log, a JSON document in each line; may be empty.
    """
    found = [event for line in events.splitlines() if (event := json.loads(line).get("policyEvent"))]
    others = [each for each in preview.diagnostics if _RUNS_PACKS not in each.message]
    return preview.model_copy(update={"diagnostics": [*others, *map(_policy_diagnostic, found)]})


def with_jobs(preview: Preview, state: Callable[[], Iterable[Mapping[str, Any]]]) -> Preview:
    """A preview with the jobs of fleets as they are recorded, where it masks them (``additional_secret_outputs``).

    Args:
        preview: The preview.
        state: Reads the resources of the stack's state.

    Raises:
        AiwareError: The state does not have a fleet that is previewed.
    """
    sides = [side for step in preview.steps for side in (step.old_state, step.new_state) if side is not None]
    masked = [side for side in sides if side.type == FLEET and side.outputs.get(JOBS) == MASK]
    if not masked:
        return preview
    recorded = [unpacked_resource(each) for each in state() if each.get("type") == FLEET]
    jobs = {each["urn"]: (each.get("outputs") or {}).get(JOBS) for each in recorded}
    for side in masked:
        if side.urn not in jobs and side.id:
            raise AiwareError(
                f"The preview masks the jobs of JobFleet {name_of(side.urn)}, which the program declares to be secret.",
                remedy="Run `aiware preview` in the project: it reads them from the stack's state. Or take jobs out of "
                "additional_secret_outputs: the ids of jobs let nobody in.",
            )
        side.outputs[JOBS] = jobs.get(side.urn) or {}
    urns = sorted({side.urn for side in masked if side.id})
    said = [Diagnostic(message=_NOT_SEEN, severity="warning", urn=urn) for urn in urns]
    return preview.model_copy(update={"diagnostics": [*preview.diagnostics, *said]})


def _policy_diagnostic(event: Mapping[str, Any]) -> Diagnostic:
    # It begins with what the policy is for.
    message = str(event["message"]).strip().partition("\n")[2] or str(event["message"])
    urn = str(event.get("resourceUrn") or "")
    # The policies of this library name the resource themselves; and the stack is named above all.
    is_named = not urn or f"{type_of(urn)} {name_of(urn)}: " in message or f"::{STACK}::" in urn
    severity = "error" if event.get("enforcementLevel") == "mandatory" else "warning"
    return Diagnostic(
        message=f"policy {event['policyName']}: {message}", severity=severity, urn="" if is_named else urn
    )


def name_of(urn: str) -> str:
    """The name of a resource in the program."""
    return urn.split("::", 3)[-1]


def type_of(urn: str) -> str:
    """The name of a resource's type, without its package: ``Job``."""
    return type_in(urn).rpartition(":")[2] or urn


def type_in(urn: str) -> str:
    """A resource's type without those of its parents: ``aiware:index:Transcription``; empty for what is not a URN."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 3 else ""


def place_of(preview: Preview) -> tuple[str, str]:
    """The project and the stack."""
    for step in preview.steps:
        parts = step.urn.removeprefix("urn:pulumi:").split("::")
        if len(parts) > 1:
            return parts[1], parts[0]
    return "", ""


def _with_unknowns(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_unknowns(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_unknowns(item) for item in value]
    return NOT_KNOWN if isinstance(value, str) and value in UNKNOWN_TEXTS else value


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        details = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, details['loc']))}: {details['msg']}"
    return str(error).splitlines()[0]
