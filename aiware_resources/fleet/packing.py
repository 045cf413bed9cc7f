"""Thousands of entries as one text, as the engine is given them.

The engine needs about 20 KB of memory for each entry whose values it sees one by one: it copies them a dozen times in
an update. A text it takes as it is, and yet shows a change of it value by value, as with any JSON.

The program decides, by the number of entries. What a provider is given as a text, it gives back as one.

Of a text, the engine cannot leave a part as it was (``ignore_changes``). Where one side is a text and the other is not,
it would take such a part out of the new one, and the provider would remove the job of that entry.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiware_resources.fleet.entries import JOBS, MEDIA
from aiware_resources.reconcile import Props
from aiware_resources.text.secret_words import IN_CLEAR, SIGNATURE

FLEET = "pulumi-python:dynamic/aiware:JobFleet"
"""The type of a fleet in the engine."""

LEAST = 2_000
"""From so many entries on, a program gives them as one text."""

COUNT = "__entries"
"""The property that says how many entries the program gives: the engine may leave some as they were.

`lost_entries` looks at it, and ``check`` takes it out.
"""

_START = " {"
"""What such a text begins with: no text that a program gives by mistake does."""

_written = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True).encode


def packed_if_large(props: Props) -> Props:
    """Properties of a fleet as a program gives them to the engine."""
    media = props.get(MEDIA)
    return packed(props) if isinstance(media, Mapping) and len(media) >= LEAST else props


def packed(props: Props) -> Props:
    """Properties of a fleet with its entries as texts; what is not known whole, or is secret, stays as it is."""
    found = dict(props)
    for key in (MEDIA, JOBS):
        if isinstance(props.get(key), Mapping):
            try:
                found[key] = f" {_written(props[key])}"
            except (TypeError, ValueError):
                # There is an Output in it, something unknown, or a number that JSON has no word for.
                continue
    return found


def unpacked(props: Mapping[str, Any]) -> Props:
    """Properties of a fleet with its entries as they were."""
    return {**props, **{key: json.loads(props[key]) for key in (MEDIA, JOBS) if _is_text(props.get(key))}}


def unpacked_resource(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """A resource of any type, as the engine prints it, with the entries of a fleet as they were."""
    if resource.get("type") != FLEET:
        return resource
    found = {side: resource[side] for side in ("inputs", "outputs") if resource.get(side)}
    jobs = found.get("outputs", {}).get(JOBS)
    if _is_sealed(jobs) and IN_CLEAR in jobs:
        found["outputs"] = {**found["outputs"], JOBS: json.loads(jobs[IN_CLEAR])}
    return {**resource, **{side: unpacked(props) for side, props in found.items()}}


def with_jobs(
    resources: list[dict[str, Any]], in_clear: Callable[[], Iterable[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """A state in which the jobs of fleets can be read, where a program has them encrypted.

    That is what ``additional_secret_outputs`` does.

    Args:
        resources: The resources of the state, as ``pulumi stack export`` prints them.
        in_clear: Gives the same with all secrets, of which no other is taken.
    """
    sealed = [each for each in resources if each.get("type") == FLEET and _is_sealed(_jobs(each))]
    if not sealed:
        return resources
    known = {(each["urn"], each.get("id")): _jobs(each) for each in in_clear() if each.get("type") == FLEET}
    opened = {id(each): known.get((each["urn"], each.get("id"))) for each in sealed}
    return [
        {**each, "outputs": {**each["outputs"], JOBS: opened[id(each)]}} if id(each) in opened else each
        for each in resources
    ]


def _jobs(resource: Mapping[str, Any]) -> Any:
    return (resource.get("outputs") or {}).get(JOBS)


def _is_sealed(value: Any) -> bool:
    return isinstance(value, Mapping) and SIGNATURE in value


def is_packed(props: Mapping[str, Any]) -> bool:
    """Whether the entries of a fleet are given as texts."""
    return _is_text(props.get(MEDIA)) or _is_text(props.get(JOBS))


def _is_text(value: Any) -> bool:
    # Pulumi writes a text where something is not known yet or masked, too.
    return isinstance(value, str) and value.startswith(_START)


def parts_left_as_they_were(paths: Iterable[str]) -> list[str]:
    """Those of the paths of ``ignore_changes`` that name a part of the entries."""
    return [path for path in paths if path.startswith((f"{MEDIA}.", f"{MEDIA}["))]


IGNORED = (
    "names a part of media, in the program or in a transformation: Pulumi has recorded the entries as one text, in "
    "which it finds no part, and so takes that entry out. Give the entry the values that it had, instead"
)


def lost_entries(olds: Props, news: Props) -> bool:
    """Whether the engine has taken entries out of what a program declares, for want of a part of the recorded text."""
    media, count = news.get(MEDIA), news.get(COUNT)
    return is_packed(olds) and count is not None and isinstance(media, Mapping) and len(media) != count
