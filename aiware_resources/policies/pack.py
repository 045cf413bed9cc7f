"""The policies, as Pulumi's policy SDK has them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from threading import Lock
from typing import Any

from aiware_resources.errors import ConfigurationError

try:
    from pulumi_policy import (
        EnforcementLevel,
        Policy,
        PolicyConfigSchema,
        PolicyPack,
        ReportViolation,
        ResourceValidationArgs,
        ResourceValidationPolicy,
        StackValidationArgs,
        StackValidationPolicy,
    )
    from pulumi_policy import policy as sdk
    from pulumi_policy.deserialize import serialize_properties
    from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError
except ImportError as error:
    raise ImportError(
        "aiware_resources.policies needs pulumi-policy: pip install 'aiware-pipelines[policies]'"
    ) from error

from aiware_resources.cli.estimating import PRICES, categories_of, prices_file, project_folder
from aiware_resources.cli.framework.session import Session
from aiware_resources.estimates.lengths import measured
from aiware_resources.estimates.prices import Prices
from aiware_resources.policies import addresses, engines, protection, state, tags
from aiware_resources.policies.declared import Declared, Objection
from aiware_resources.policies.limits import Limits, Sources, Update
from aiware_resources.reconcile.pulumi_processes import end_with_engine
from aiware_resources.reconcile.values import whole_numbers
from aiware_resources.report.masking import without_signature
from aiware_resources.settings.model import sources_of

Config = Mapping[str, Any]

TEXTS = {"type": "array", "items": {"type": "string"}}
COUNT = {"type": "integer", "minimum": 0}
MINUTES = {"type": "number", "minimum": 0}


LEVEL = "enforcementLevel"


def run_pack(
    config: Mapping[str, Config], *, name: str = "aiware", level: str = "mandatory", more: Sequence[Policy] = ()
) -> None:
    """Runs a policy pack, until Pulumi ends it. The file of ``--policy-pack-config`` goes before this configuration.

    Args:
        config: For each policy its configuration, with ``enforcementLevel`` where that is another one.
        name: What the pack is called.
        level: What a violation does, unless the configuration of its policy says otherwise: ``mandatory`` ends the run,
            ``advisory`` is a warning, ``disabled`` is nothing.
        more: Policies of your own.
    """
    initial: dict[str, Any] = {
        # Without a level the policy SDK takes a policy that has configuration for advisory.
        policy: {**values, LEVEL: EnforcementLevel(values.get(LEVEL, level))}
        for policy, values in config.items()
    }
    end_with_engine(sys.argv[1] if sys.argv[1:] else None)
    _listen()
    PolicyPack(name, [*aiware_policies(), *more], EnforcementLevel(level), initial)


def _listen() -> None:
    """Notes the stack of the update, of which the policy SDK tells policies only the tags."""
    configure = sdk._PolicyAnalyzerServicer.ConfigureStack

    def noting(servicer: Any, request: Any, context: Any) -> Any:
        state.configured(request.organization, request.config)
        return configure(servicer, request, context)

    setattr(sdk._PolicyAnalyzerServicer, "ConfigureStack", noting)  # noqa: B010 - a method of a class of the SDK


def aiware_policies() -> list[Policy]:
    """Makes the policies, for a ``PolicyPack`` of your own; see docs/policies.md for the configuration of each.

    One that needs configuration and has none allows everything.
    """
    update = Update()
    stack = _Stack()
    return [
        _of_resources(
            "allowed-engines",
            "Tasks, fleets, single-engine jobs and exports use allowed engines only.",
            _allowed_engines,
            engines=TEXTS,
        ),
        _of_resources(
            "no-plain-http",
            "Media, webhooks and aiWARE itself are reached through encrypted addresses only.",
            _no_plain_http,
            hosts=TEXTS,
        ),
        _of_resources("required-tags", "Clusters and TDOs have the required tags.", _tags, clusters=TEXTS, tdos=TEXTS),
        _of_resources(
            "protected-stacks",
            "In a protected stack, nothing is deleted or replaced.",
            partial(_protected, stack),
            stacks=TEXTS,
            allowRetained={"type": "boolean"},
        ),
        _of_resources(
            "update-limits",
            "One update runs a limited number of jobs.",
            partial(_limits, stack, update),
            jobs=COUNT,
            mediaMinutes=MINUTES,
            unknownMinutes=MINUTES,
            cost={"type": "number", "minimum": 0},
            measure={"type": "boolean"},
        ),
        StackValidationPolicy(
            "media-minutes",
            "The jobs of one update work on a limited number of minutes of media, and cost a limited amount "
            "(update-limits).",
            partial(_whole_update, stack, update),
        ),
    ]


Rule = Callable[[Declared, Config], Iterable[Objection]]


def _of_resources(name: str, description: str, rule: Rule, **schema: dict[str, Any]) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        inputs = serialize_properties(args.props)
        options = args.opts
        resource = Declared.of(
            args.urn, args.resource_type, inputs, is_protected=options.protect, aliases=options.aliases
        )
        _tell(rule(resource, whole_numbers(dict(args.get_config() or {}))), report)

    return ResourceValidationPolicy(name, description, validate, config_schema=PolicyConfigSchema(schema))


def _tell(objections: Iterable[Objection], report: ReportViolation) -> None:
    """Reports what is known; of what is not, Pulumi tells that the policy could not be run."""
    unknown = []
    for each in objections:
        if each.is_known:
            report(without_signature(each.says), None)
        else:
            unknown.append(each.says)
    if unknown:
        # The only way to say something that is less than a violation.
        untold = UnknownValueError(UNKNOWN_STRING_VALUE, [])
        untold.message = without_signature("; ".join(unknown))
        raise untold


def _allowed_engines(resource: Declared, config: Config) -> Iterable[Objection]:
    if "engines" not in config:
        return ()
    return engines.objections(resource, engines.engine_ids(config["engines"]))


def _tags(resource: Declared, config: Config) -> Iterable[Objection]:
    return tags.objections(resource, config.get("clusters", ()), config.get("tdos", ()))


def _no_plain_http(resource: Declared, config: Config) -> Iterable[Objection]:
    hosts = frozenset(config.get("hosts", ()))
    if not resource.is_stack:
        return addresses.objections(resource, hosts)
    try:
        found = sources_of(state.configuration(*resource.place), os.environ).get("endpoint")
    except ConfigurationError as error:
        return [_unreadable(error)]
    return addresses.endpoint_objections(found[0], str(found[1]), hosts) if found else ()


def _protected(stack: _Stack, resource: Declared, config: Config) -> Iterable[Objection]:
    if not protection.is_protected(resource.place, config.get("stacks", ())):
        return ()
    may_forget = bool(config.get("allowRetained"))
    if not resource.is_stack:
        return protection.objections(resource, may_forget=may_forget)
    try:
        return protection.recorded_objections(stack.recorded(resource), may_forget=may_forget)
    except ConfigurationError as error:
        return [_unreadable(error)]


def _limits(stack: _Stack, update: Update, resource: Declared, config: Config) -> Iterable[Objection]:
    limits = Limits.of(config)
    if not limits or not (resource.is_stack or resource.is_ours):
        return ()
    try:
        recorded = stack.recorded(resource)
    except ConfigurationError as error:
        return [_unreadable(error)] if resource.is_stack else ()
    if config.get("measure"):
        update.measure = partial(measured, folder=project_folder())
    return update.add(resource, limits, recorded)


def _whole_update(stack: _Stack, update: Update, args: StackValidationArgs, report: ReportViolation) -> None:
    sources = _sources(args)
    _tell([*update.minutes(sources), *_costs(update, sources, stack.place)], report)


def _costs(update: Update, sources: Sources, place: tuple[str, str] | None) -> Iterable[Objection]:
    if update.limits.cost is None or place is None:
        return ()
    try:
        found = sources_of(state.configuration(*place), os.environ).get(PRICES, ("", ""))[1]
        prices = Prices.read(prices_file(str(found).strip(), project_folder())) if found else None
    except ConfigurationError as error:
        return [Objection(f"What the jobs of this update cost is not known: {error}")]
    session = Session(state.full_name(*place))
    categories = categories_of(update.engines(), session, prices) if prices is not None else {}
    return update.costs(sources, prices, categories)


def _unreadable(error: ConfigurationError) -> Objection:
    return Objection(f"Policies cannot compare with what was there before. {error}")


def _sources(args: StackValidationArgs) -> dict[str, dict[str, list[str]]]:
    return {
        each.urn: {key: [one.urn for one in found] for key, found in each.property_dependencies.items()}
        for each in args.resources
    }


class _Stack:
    """The stack of this update, read once: when the first resource is declared, so before anything is changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: state.RecordedStack | ConfigurationError | None = None
        self.place: tuple[str, str] | None = None

    def recorded(self, resource: Declared) -> state.RecordedStack:
        """What the update began with.

        Raises:
            ConfigurationError: It cannot be read.
        """
        with self._lock:
            if self._found is None:
                self.place = resource.place
                try:
                    self._found = state.read(*resource.place)
                except ConfigurationError as error:
                    self._found = error
        if isinstance(self._found, ConfigurationError):
            raise self._found
        return self._found
