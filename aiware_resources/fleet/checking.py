"""What is wrong with a fleet: each entry's job is validated as a `Job` is; what many have in common is told once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from aiware_resources.api import abilities_of
from aiware_resources.api.abilities import Abilities
from aiware_resources.catalogue import payloads
from aiware_resources.catalogue.allowed_engines import ALLOWED_KEY
from aiware_resources.fleet.entries import CLUSTER, MEDIA, TEMPLATE, fingerprint, jobs_of, known_jobs_of, template_of
from aiware_resources.fleet.local_files import FILE, SEEN, URL, file_of, path_of, why_unreadable
from aiware_resources.fleet.plan import named
from aiware_resources.fleet.template import Template
from aiware_resources.job import JobProvider, JobState
from aiware_resources.reconcile import Path, Problem, Props, path_text
from aiware_resources.reconcile.holders import OWNER_KEY
from aiware_resources.reconcile.provider import schema_of
from aiware_resources.reconcile.schema import INTERNAL_PREFIX
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.settings import Settings
from aiware_resources.text.words import did_you_mean, near

log = logging.getLogger("aiware")

MOST = 20
"""So many problems are told; a mistake in a list of thousands shows in the first ones."""

NOT_IN_TEMPLATE = {
    **dict.fromkeys(
        (CLUSTER, *JobProvider.policies), "belongs beside the template: give it as an argument of the fleet"
    ),
    "adopt": "belongs beside the template: a job of each entry that has one, by key",
    "resultsTo": "belongs beside the template: give it as an argument of the fleet",
}

Found = Iterator[tuple[str, Problem]]
"""The problems of entries, each with the key of its entry."""


def problems(settings: Settings, olds: Mapping[str, Any], inputs: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the template and the entries of a fleet.

    Args:
        settings: The stack's settings.
        olds: The inputs of the last run; an entry that is the same in them was found to be good then.
        inputs: The fleet's properties; unknown parts are tolerated.
    """
    template, media = inputs.get(TEMPLATE), inputs.get(MEDIA)
    if not isinstance(template, dict) or not isinstance(media, dict):
        return []
    found = list(_template_problems(template))
    compiled = template_of(inputs)
    found += _grouped(_file_problems(abilities_of(settings), inputs, media, compiled), len(media))
    found += _grouped(_media_problems(media, compiled), len(media))
    before = dict(jobs_of(olds))
    if not found:
        found = _grouped(_job_problems(settings, before, inputs), len(media))
    if not found and settings.validate_engines:
        found = _grouped(_unsuitable(settings, before, inputs), len(media))
    more = len(found) - MOST
    # Pulumi shows the value of a whole property: thousands of entries, and the signatures of their links.
    return found if more <= 0 else [*found[:MOST], Problem((MEDIA, "..."), f"and {more} more problems of its entries")]


def _template_problems(template: Props) -> Iterator[Problem]:
    allowed = (JobProvider.replaces | JobProvider.runs) - NOT_IN_TEMPLATE.keys()
    for key in template.keys() - allowed:
        reason = f"is not known here: {did_you_mean(key, allowed, 'check its spelling')}"
        yield Problem((TEMPLATE, key), NOT_IN_TEMPLATE.get(key, reason))


def _media_problems(media: Mapping[str, Any], template: Template) -> Found:
    for key, values in sorted(media.items()):
        if not key.strip() or key.startswith(INTERNAL_PREFIX):
            yield key, Problem((MEDIA, key), f"cannot be a key: give text that does not start with {INTERNAL_PREFIX}")
        elif isinstance(values, dict):
            has_file = FILE in values and FILE not in template.uses
            own = {FILE, SEEN, URL} if has_file else frozenset[str]()
            for name, path in template.uses.items():
                if values.get(name) is None and not (has_file and name == URL):
                    where = path_text((TEMPLATE, *path)) if path[0] != CLUSTER else CLUSTER
                    yield key, Problem((MEDIA, key, name), f"is missing: {where} uses it")
            # A part of the template that is not known yet may use it.
            for name in values if template.is_whole else ():
                if name not in template.uses and name not in own:
                    meant = near(name, template.uses)
                    hint = f"did you mean {meant[0]}? Otherwise leave it out" if meant else "leave it out"
                    yield key, Problem((MEDIA, key, name), f"is used by no placeholder of the template: {hint}")


def _file_problems(
    abilities: Abilities, inputs: Mapping[str, Any], media: Mapping[str, Any], template: Template
) -> Found:
    if FILE in template.uses or not template.is_whole:
        # A part of the template that is not known yet may use it.
        return
    named = {key: values for key, values in media.items() if isinstance(values, dict) and FILE in values}
    for key, values in sorted(named.items()):
        file, path = file_of(values, template), (MEDIA, key, FILE)
        if not isinstance(file, str):
            if file is None:
                yield key, Problem(path, "is not a path: give the path of a file as text")
            continue
        if abilities.no_files:
            yield key, Problem(path, abilities.no_files)
        elif values.get(URL) is not None:
            yield (
                key,
                Problem((MEDIA, key, URL), "is given beside file: a recording is at one place, so give one of them"),
            )
        elif SEEN not in values:
            yield key, Problem(path, why_unreadable(file, path_of(inputs.get(OWNER_KEY), file)))
        if inputs[TEMPLATE].get("targetId") is not None:
            reason = "cannot be given for files of this machine: each gets a TDO of its own. Describe that in target"
            yield key, Problem((TEMPLATE, "targetId"), reason)


def _job_problems(settings: Settings, before: Mapping[str, Props], inputs: Mapping[str, Any]) -> Found:
    """Each entry's job in the eyes of `Job`."""
    schema, provider = schema_of(JobState), JobProvider().with_settings(settings)
    odd: dict[Problem, str] = {}
    for key, known, unknown in known_jobs_of(inputs):
        for path, reason in provider.abilities.objections(known):
            yield key, Problem(_own_path(path), reason)
        if not unknown and before.get(key) == known:
            continue
        values, wrong = schema.validate(known, unknown)
        for problem in (*wrong, *provider.problems(values, unknown), *provider.unfit(values, unknown)):
            yield key, Problem(_own_path(problem.path), problem.reason)
        for each in provider.odd(values, unknown):
            odd.setdefault(each, key)
    for each, key in odd.items():
        owner = str(inputs.get(OWNER_KEY, "fleet")).rpartition("/")[2]
        log.warning("warning: %s: %s: %s (entry %s)", owner, path_text(_own_path(each.path)), each.reason, key)


def _unsuitable(settings: Settings, before: Mapping[str, Props], inputs: Mapping[str, Any]) -> Found:
    """Each job that is new or changed, checked against the engine catalogue; what is merely odd is said once."""
    owner = str(inputs.get(OWNER_KEY, "fleet"))
    allowed, _ = cut(inputs.get(ALLOWED_KEY))
    odd: dict[str, None] = {}
    for key, known, unknown in known_jobs_of(inputs):
        if key in before and not unknown and _is_same(before[key], known):
            continue
        asked = {**known, OWNER_KEY: owner, ALLOWED_KEY: allowed}
        for problem in payloads.problems(settings, asked, unknown, tell=odd.setdefault):
            yield key, Problem(_own_path(problem.path), problem.reason)
    for text in odd:
        log.warning(text)


def _is_same(before: Props, job: Props) -> bool:
    return before == job or fingerprint(before) == fingerprint(job)


def _own_path(path: Path) -> Path:
    """Where a part of an entry's job is in the fleet's own properties."""
    return path if path[0] == CLUSTER else (TEMPLATE, *path)


def _grouped(found: Found, entries: int) -> list[Problem]:
    """Problems that several entries have in common, told once, with the keys."""
    groups: dict[tuple[Path, str], list[tuple[str, Problem]]] = {}
    for key, problem in found:
        # What is wrong with the same value of many entries is one mistake.
        path = (MEDIA, *problem.path[2:]) if problem.path[0] == MEDIA else problem.path
        groups.setdefault((path, problem.reason), []).append((key, problem))
    return [_joined([key for key, _ in group], group[0][1], entries) for group in groups.values()]


def _joined(keys: list[str], problem: Problem, entries: int) -> Problem:
    own = problem.path[0] == MEDIA
    if len(keys) == 1 and own:
        return problem
    if len(keys) == entries and entries > 1:
        return Problem(problem.path, f"{problem.reason} (all {entries} entries)")
    if len(keys) == 1:
        return problem if entries == 1 else Problem(problem.path, f"{problem.reason} (entry {keys[0]})")
    return Problem(problem.path, f"{problem.reason} (entries {named(keys)})")
