"""The UUIDs by which Edge names what GraphQL names otherwise."""

from __future__ import annotations

import re
import uuid

from aiware_local.storage.ids import ALPHABET

_NAMESPACE = uuid.UUID("5a3c5e0c-6f0e-4d53-9a3f-7c1f6f1e8b52")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_JOB_ID = re.compile(r"\d{8}_[A-Za-z0-9]{10}")
_SPAN = 1 << 122
"""A UUID holds 122 bits besides its version and variant; a job id needs 87."""
_FACTOR = 0x2B9F3A6D1C84E75F0D3B68A1C52E97F
"""Odd, so that multiplying by it can be reversed: it spreads the few bits of a job id over the whole UUID."""
_INVERSE = pow(_FACTOR, -1, _SPAN)
_LOWEST = (1 << 62) - 1
"""The bits after the variant."""
_LETTERS = 10


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID of the usual form."""
    return _UUID.fullmatch(text) is not None


def internal_job_id(job_id: str) -> str:
    """The internalJobID of a job: its id in another spelling, so that either is known from the other."""
    day, _, letters = job_id.partition("_")
    number = int(day)
    for letter in letters:
        number = number * len(ALPHABET) + ALPHABET.index(letter)
    return _uuid(number * _FACTOR % _SPAN)


def job_id_of(internal_id: str) -> str | None:
    """The id of the job with this internalJobID; None if no job can have it."""
    value = uuid.UUID(internal_id).int
    number = (value >> 80) << 74 | (value >> 64 & 0xFFF) << 62 | value & _LOWEST
    number = number * _INVERSE % _SPAN
    letters = ""
    for _ in range(_LETTERS):
        number, place = divmod(number, len(ALPHABET))
        letters = ALPHABET[place] + letters
    job_id = f"{number:08d}_{letters}"
    return job_id if _JOB_ID.fullmatch(job_id) and internal_job_id(job_id) == internal_id.lower() else None


def internal_task_id(task_id: str) -> str:
    """The internalTaskID of a task."""
    return _named("task", task_id)


def internal_folder_id(task_id: str, reference: str) -> str:
    """The id of a task's io folder."""
    return _named("folder", f"{task_id}/{reference}")


def internal_engine_id(engine_id: str) -> str:
    """The engineID of an engine: its id, or a UUID in place of one that is not a UUID, such as `insert-into-index`."""
    return engine_id if is_uuid(engine_id) else _named("engine", engine_id)


def internal_recording_id(tdo_id: str) -> str:
    """The id under which Edge knows a TDO."""
    return _named("recording", tdo_id)


def internal_role_id(role: str) -> str:
    """The id under which Edge knows a role of the user."""
    return _named("role", role)


def output_name(asset_id: str) -> str:
    """The name of a job output; an asset always has the same one."""
    return f"vtn-standard-{_named('output', asset_id)}.json"


def _named(kind: str, name: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


def _uuid(number: int) -> str:
    """A UUID of version 8 (RFC 9562: of the issuer's own making) around 122 bits."""
    version, variant = 8 << 76, 2 << 62
    parts = (number >> 74) << 80 | (number >> 62 & 0xFFF) << 64 | number & _LOWEST
    return str(uuid.UUID(int=parts | version | variant))
