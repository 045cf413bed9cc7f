"""Which entries of a listed source a fleet takes: only here it is known which it has already."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from aiware_resources.errors import ConfigurationError
from aiware_resources.fleet.entries import MEDIA, template_of
from aiware_resources.fleet.handover import recorded_contents, recorded_media
from aiware_resources.fleet.local_files import FILE, SEEN, STAMPS, URL, stamps_of
from aiware_resources.fleet.plan import named
from aiware_resources.reconcile import Props
from aiware_resources.shards import SHARD
from aiware_resources.sources import Media

log = logging.getLogger("aiware")

ADMISSION = "__admission"
"""The property that says what is to be decided of new entries; `admitted` takes it out."""


def declared(media: Media, names: frozenset[str] | None) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """A listing as a program declares it: the entries, and what else the provider has to know.

    Args:
        media: The listing.
        names: The names of the values that the template uses; ``None`` when they are not known yet.
    """
    entries = {key: _used(values, names) for key, values in media.items()}
    admission: dict[str, Any] = {"growing": sorted(media.growing)} if media.growing else {}
    if media.shard is not None and media.growing_values:
        admission["growingValues"] = {key: _used(values, names) for key, values in media.growing_values.items()}
    if names is None:
        admission["all"] = True
    if media.most_new is not None:
        admission |= {"mostNew": media.most_new, "order": list(media)}
    hidden: dict[str, Any] = {ADMISSION: admission} if admission else {}
    if stamps := stamps_of(media):
        hidden[STAMPS] = stamps
    return entries, hidden if media.shard is None else {**hidden, SHARD: media.shard.properties()}


def _used(values: Mapping[str, Any], names: frozenset[str] | None) -> dict[str, Any]:
    # Beside an address it is a column of a table that happens to have this name.
    kept = {FILE} if URL not in values else frozenset[str]()
    return {name: value for name, value in values.items() if names is None or name in names or name in kept}


def admitted(olds: Mapping[str, Any], news: Props, called: str) -> Props:
    """What a program declares, with the entries that the fleet takes: it keeps those that it has.

    Args:
        olds: The inputs of the last run.
        news: What the program declares.
        called: The name of the fleet.

    Raises:
        ConfigurationError: An entry is to be taken over whose values are not known.
    """
    news = dict(news)
    admission, media = news.pop(ADMISSION, None), news.get(MEDIA)
    if not isinstance(admission, dict) or not isinstance(media, dict):
        return news
    listed: dict[str, Any] = admission.get("growingValues") or {}
    if "all" in admission and (template := template_of(news)).is_whole:
        names = frozenset(template.uses)
        media, listed = ({key: _used(values, names) for key, values in each.items()} for each in (media, listed))
    before: dict[str, Any] = olds.get(MEDIA) or {}
    if olds.get(SHARD) != news.get(SHARD):
        # What a shard has is not new, whichever it is: what is not declared is removed with its TDO.
        before = {**recorded_media(news), **before}
    taken = dict(media)
    for key in admission.get("growing", ()):
        if key in before:
            values = before[key] if before[key] is not None else listed.get(key)
            if values is None:
                raise ConfigurationError(
                    f"Fleet {called} is to take over {key} from another shard, and nothing says what its values are.",
                    remedy="Give Media the values of growing files: growing={key: {...}}. Nothing was changed.",
                )
            taken[key] = values
    if "mostNew" in admission:
        new = [key for key in admission["order"] if key not in before]
        later = new[int(admission["mostNew"]) :]
        for key in later:
            del taken[key]
        if later:
            log.warning("fleet %s: leaves for later updates %s", called, named(later))
    return {**news, MEDIA: taken}


def seen_before(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Mapping[str, Any]:
    """The inputs of the last run, with the files that another shard has uploaded for entries that are this one's now.

    Args:
        olds: The inputs of the last run.
        news: What the program declares.

    Raises:
        ConfigurationError: The state of another shard cannot be read.
    """
    before, media = olds.get(MEDIA) or {}, news.get(MEDIA)
    if olds.get(SHARD) == news.get(SHARD) or not isinstance(media, dict):
        return olds
    if all(key in before for key, values in media.items() if isinstance(values, dict) and FILE in values):
        return olds
    there = {key: {SEEN: content.text()} for key, content in recorded_contents(news).items()}
    return {**olds, MEDIA: {**there, **before}}
