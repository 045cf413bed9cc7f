"""The entries of a fleet: the job that each asks for, what it produces, and what is recorded once it was submitted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pulumi
from pulumi.output import Unknown

from aiware_resources.dag import RUNNING
from aiware_resources.fleet.local_files import Content, address_of, file_of, job_with_file
from aiware_resources.fleet.template import Template, compiled
from aiware_resources.job import PRODUCES, JobState
from aiware_resources.reconcile import Holder, Mark, Path, Props, resource_hash
from aiware_resources.reconcile.backend import earlier_identity, state_identity
from aiware_resources.reconcile.ownership import earlier_hashes
from aiware_resources.reconcile.provider import schema_of
from aiware_resources.reconcile.unknowns import cut
from aiware_resources.shards import SHARD, Shard
from aiware_resources.text.secret_words import MASK

TEMPLATE = "template"
MEDIA = "media"
JOBS = "jobs"
CLUSTER = "clusterId"

_PRODUCING = (*PRODUCES, "triggers")


def holder_of(props: Mapping[str, Any]) -> Holder:
    """The fleet that has these properties, for the register of what is held."""
    return Holder.of("aiware:JobFleet", props)


def marking(props: Mapping[str, Any]) -> Holder:
    """What the markers of a fleet's jobs name: the fleet, or for one that is spread over shards, all of these.

    So each shard knows what another one has submitted just now.
    """
    holder, shard = holder_of(props), Shard.parse(props.get(SHARD))
    if shard is None:
        return holder
    project, _, name = holder.owner.split("/", 2)
    return replace(holder, owner=f"{project}/{shard.archive}-*/{name}")


def template_of(props: Mapping[str, Any]) -> Template:
    """The template of a fleet, with the cluster, which is an argument of its own."""
    template = props.get(TEMPLATE)
    cluster = {CLUSTER: props[CLUSTER]} if props.get(CLUSTER) is not None else {}
    found = compiled({**template, **cluster} if isinstance(template, dict) else {})
    return replace(found, is_whole=not cut(template)[1])


def used_names(given: Mapping[str, Any]) -> frozenset[str] | None:
    """The names of the values that the template of a fleet uses; ``None`` when a part of it is not known yet."""
    said = {"template": given.get("template"), "cluster": given.get("cluster_id")}
    return None if _has_outputs(said) else frozenset(compiled(said).uses)


def _has_outputs(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_outputs, value.values()))
    return any(map(_has_outputs, value)) if isinstance(value, list) else isinstance(value, pulumi.Output)


def jobs_of(props: Mapping[str, Any]) -> Iterator[tuple[str, Props]]:
    """The job that each entry asks for, as the properties of a `Job`; what is unknown stays so."""
    template = template_of(props)
    # The engine gives them in no particular order.
    for key, values in sorted(_media(props).items()):
        yield key, _job(template, key, values)


def job_of(props: Mapping[str, Any], key: str) -> Props:
    """The job that one entry asks for."""
    return _job(template_of(props), key, _media(props)[key])


def _job(template: Template, key: str, values: Any) -> Props:
    file = file_of(values, template)
    if file is not None:
        return job_with_file(template, key, values, address_of(file))
    job: Props = template.expand(key, values if isinstance(values, dict) else _Unknowns())
    return job


def known_jobs_of(props: Mapping[str, Any]) -> Iterator[tuple[str, Props, frozenset[Path]]]:
    """The job that each entry asks for without what is unknown, and the paths where that was."""
    _, anywhere = cut(dict(props))
    for key, job in jobs_of(props):
        known, unknown = cut(job) if anywhere else (job, frozenset())
        yield key, known, unknown


def is_unknown(props: Mapping[str, Any]) -> bool:
    """Whether it is unknown which entries there are, or what their jobs are; a preview masks what is secret."""
    return any(isinstance(value, Unknown) or value == MASK for value in (props.get(MEDIA), props.get(TEMPLATE)))


def _media(props: Mapping[str, Any]) -> Mapping[str, Any]:
    media = props.get(MEDIA)
    return media if isinstance(media, dict) else {}


class _Unknowns(dict[str, Any]):
    """The values of an entry of which nothing is known."""

    def get(self, key: str, default: Any = None) -> Any:
        unknown: Any = Unknown  # has no types
        return unknown()


FORM = "2."
"""What a fingerprint of the present normal form begins with."""
FIRST = ""
"""What one of the first form begins with."""


def fingerprint(job: Mapping[str, Any]) -> str:
    """Stands for what a job produces: two jobs that produce the same have the same fingerprint.

    It is in users' states, and one that comes out different re-runs the job: it must never change for the same job. A
    test pins it. A change of the normal form needs another `FORM`, and a function for the fingerprints of this one.
    """
    return _fingerprint(job, FORM)


def first_fingerprint(job: Mapping[str, Any]) -> str:
    """The fingerprint that the releases before form 2 recorded for a job. A test pins it, too."""
    return _fingerprint(job, FIRST)


def is_first(product: str) -> bool:
    """Whether a recorded fingerprint is of the first form."""
    return not product.startswith(FORM)


def _fingerprint(job: Mapping[str, Any], form: str) -> str:
    produced = {key: job[key] for key in _PRODUCING if job.get(key) is not None}
    said = hashlib.blake2b(json.dumps(produced, sort_keys=True, default=str).encode()).digest()
    if (form, said) not in _fingerprints:
        schema = schema_of(JobState)
        if form == FORM:
            # How tasks are run must not decide on their order either.
            normal = schema.normal({**produced, "tasks": _without_running(produced.get("tasks"))})
        else:
            normal = next(schema.earlier_forms(produced))
        content = {key: _without_running(normal[key]) for key in _PRODUCING if key in normal}
        text = json.dumps(content, sort_keys=True, default=str)
        _fingerprints[form, said] = form + hashlib.sha256(text.encode()).hexdigest()[:12]
    return _fingerprints[form, said]


_fingerprints: dict[tuple[str, bytes], str] = {}
"""Those found out in this process, by what the program says of the job: one run asks for each of them several times."""


def _without_running(value: Any) -> Any:
    """Tasks without how they run; standby tasks too. Payloads are somebody else's, and stay."""
    if isinstance(value, list):
        return [_without_running(item) for item in value]
    if isinstance(value, dict) and ("engineId" in value or not RUNNING.isdisjoint(value)):
        kept = {key: item for key, item in value.items() if key not in RUNNING}
        return kept | ({"standbyTask": _without_running(kept["standbyTask"])} if "standbyTask" in kept else {})
    return value


def mark_of(fleet: Holder, key: str, product: str) -> Mark:
    """What an entry's job carries; ``product`` is the fingerprint of the job."""
    return Mark(marker(fleet.owner, key, product), resource_hash(fleet, key), _with_password(fleet, key, product))


def with_earlier(mark: Mark, fleet: Holder, key: str, job: Mapping[str, Any]) -> Mark:
    """The mark with what earlier releases wrote for the same job."""
    first = first_fingerprint(job)
    earlier = {marker(fleet.owner, key, first), *_with_password(fleet, key, first)}
    return replace(mark, earlier=mark.earlier | earlier)


def _with_password(fleet: Holder, key: str, product: str) -> frozenset[str]:
    """What earlier releases wrote where the address of the state has a password in it."""
    identity = earlier_identity()
    if identity is None:
        return frozenset()
    return frozenset({_marker(identity, fleet.owner, key, product), *earlier_hashes(fleet, key)})


def marker(owner: str, key: str, product: str) -> str:
    """The ownership marker of an entry's job: a hash of state, project, stack, fleet, key, and what the job produces.

    Where and how it runs is not a part of it: an interrupted run's job is the right one though its cluster has changed.
    """
    return _marker(state_identity(), owner, key, product)


def _marker(identity: str, owner: str, key: str, product: str) -> str:
    content = json.dumps([identity, owner, key, product])
    return hashlib.sha256(content.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Entry:
    """What is recorded of an entry whose job was submitted. One short text, since there may be thousands.

    Attributes:
        job_id: Its job.
        target_id: The TDO that the job works on.
        owns_target: Whether that TDO was made for the job.
        product: The fingerprint of what the job produces.
        content: The file that was uploaded for it.
    """

    job_id: str
    target_id: str | None
    owns_target: bool
    product: str
    content: Content | None = None

    def text(self) -> str:
        """As it is recorded: ``<job> <TDO> <fingerprint>``, and the content of its file where it has one.

        A TDO that was not made for the job has ``=`` before it.
        """
        file = "" if self.content is None else f" {self.content.text()}"
        return f"{self.job_id} {'' if self.owns_target else '='}{self.target_id or '-'} {self.product}{file}"

    @staticmethod
    def parse(text: str) -> Entry:
        """Reads what was recorded."""
        job_id, target, product, *file = text.split(" ")
        target_id = target.removeprefix("=")
        content = Content.parse(file[0]) if file else None
        return Entry(job_id, None if target_id == "-" else target_id, not target.startswith("="), product, content)


def recorded_entries(props: Mapping[str, Any]) -> dict[str, Entry]:
    """The entries whose jobs were submitted, by key."""
    return {key: Entry.parse(text) for key, text in (props.get(JOBS) or {}).items()}
