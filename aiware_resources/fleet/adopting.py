"""Jobs that are there already, taken over as those of entries instead of running new ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiware_resources.api import Api, JobRecord, Unread
from aiware_resources.errors import AiwareError, ApiError
from aiware_resources.fleet.entries import MEDIA, Entry, recorded_entries
from aiware_resources.fleet.local_files import Content, md5_of
from aiware_resources.fleet.parallel import first_line, in_parallel
from aiware_resources.fleet.plan import ADOPT, Wanted
from aiware_resources.reconcile import Holder, Path, Problem, owned

ADOPTED = "adoptedEntries"
"""The fact that names the entries whose jobs were adopted: these stay when the fleet removes them."""

_AT_A_TIME = 4
"""So many jobs are read side by side."""


def adoption_problems(values: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with a mapping of keys to jobs, before aiWARE is asked."""
    adopt, media = values.get(ADOPT) or {}, values.get(MEDIA)
    keys: dict[str, str] = {}
    for key, job_id in sorted(adopt.items()):
        path: Path = (ADOPT, key)
        if isinstance(media, dict) and key not in media:
            yield Problem(path, "is not an entry: media has no such key")
        first = keys.setdefault(str(job_id), key)
        if first != key:
            yield Problem(path, f"is the job of {first} too: an entry has a job of its own")


def taken_over(api: Api, wanted: Sequence[Wanted], fleet: Holder) -> tuple[dict[str, Entry], dict[str, str]]:
    """Takes over the jobs that entries name, where they do what the entries ask for; nothing is changed in aiWARE.

    Args:
        api: Where the jobs are.
        wanted: The entries.
        fleet: Whose they are to be.

    Returns:
        What to record of each entry, and why others were not taken over, by key.
    """
    entries: dict[str, Entry] = {}
    reasons: dict[str, str] = {}
    if not wanted:
        return entries, reasons
    unread: Unread = {}
    try:
        records = api.jobs([str(each.adopt) for each in wanted], unread)
    except AiwareError as error:
        return entries, {each.key: first_line(error) for each in wanted}
    records |= _with_tasks(api, [id_ for id_, record in records.items() if not record.tasks], unread)
    for each in wanted:
        job_id = str(each.adopt)
        record = records.get(job_id)
        if job_id in unread:
            reasons[each.key] = first_line(unread[job_id])
        elif record is None:
            reasons[each.key] = f"cannot be adopted: aiWARE does not show job {job_id}"
        elif (mismatch := _mismatch(record, each)) is not None:
            reasons[each.key] = f"job {job_id} cannot be adopted: {mismatch}"
        elif not owned.claim(job_id):
            reasons[each.key] = f"job {job_id} cannot be adopted: another resource of this stack holds it"
        else:
            owned.add(job_id, fleet)
            named = each.job.get("targetId")
            target_id = record.target_id if api.abilities.has_tdos or named is not None else None
            entries[each.key] = Entry(job_id, target_id, False, each.product, _content(each))
    return entries, reasons


def without_adopted(
    entries: Mapping[str, Entry], recorded: Mapping[str, Any], props: Mapping[str, Any]
) -> dict[str, Entry]:
    """The entries that a fleet removes, without those whose jobs it adopted: these stay without an ``on_destroy``.

    Args:
        entries: What it removes.
        recorded: What is recorded of the fleet.
        props: The properties that say how to treat it.
    """
    if props.get("onDestroy") is not None:
        return dict(entries)
    adopted = {*(recorded.get(ADOPTED) or ())}
    held = {key: entry for key, entry in recorded_entries(recorded).items() if key in adopted}
    jobs = {entry.job_id for entry in held.values()}
    return {key: entry for key, entry in entries.items() if entry.job_id not in jobs}


def _with_tasks(api: Api, ids: Sequence[str], unread: Unread) -> dict[str, JobRecord]:
    """Jobs with their tasks, which not every API tells of an unfinished one otherwise."""

    def read(job_id: str) -> JobRecord | None:
        try:
            return api.job_details(job_id)
        except ApiError as error:
            unread[job_id] = error
        return None

    found = in_parallel(read, ids, _AT_A_TIME) if ids else ()
    return {record.id: record for record in found if record is not None}


def _content(wanted: Wanted) -> Content | None:
    """The file of an entry: as it is now, it runs nothing."""
    if wanted.file is None:
        return None
    return replace(wanted.file.content, md5=md5_of(wanted.file.path, wanted.file.content))


def _mismatch(record: JobRecord, wanted: Wanted) -> str | None:
    """What a job does otherwise than its entry asks for: a job is what its engines and its TDO are."""
    declared = sorted(str(task.get("engineId")) for task in wanted.job.get("tasks") or [])
    actual = sorted(str(task.engine_id) for task in record.tasks)
    if declared != actual:
        return f"its engines are {', '.join(actual)}, the template's {', '.join(declared)}"
    target_id = wanted.job.get("targetId")
    if target_id is not None and str(target_id) != record.target_id:
        return f"it works on TDO {record.target_id}, the entry names {target_id}"
    return None
