"""Ids in the forms that aiWARE gives them, which schema.graphql shows. Clients treat them as opaque text."""

from __future__ import annotations

import hashlib
import secrets
import string
import uuid
from datetime import UTC, datetime

ALPHABET = string.ascii_letters + string.digits
JOB_ID_LENGTH = 19
"""Characters in a job id: eight digits of date and hour, an underscore, ten letters or digits."""


def new_uuid() -> str:
    """An id of a user, an export request or an uploaded asset."""
    return str(uuid.uuid4())


def new_cluster_id() -> str:
    """A cluster id such as `rt-1cdc1d6d-a500-467a-bc46-d3c5bf3d6901`."""
    return f"rt-{uuid.uuid4()}"


def new_job_id(now: float) -> str:
    """A job id such as `26112409_Mdsq3lksrB`: year, month, day and hour in UTC, then a random part.

    Args:
        now: seconds since the epoch.
    """
    return f"{datetime.fromtimestamp(now, UTC):%y%m%d%H}_{_random(10)}"


def new_task_id(job_id: str) -> str:
    """A task id: the id of its job and five more characters."""
    return job_id + _random(5)


def job_of_task(task_id: str) -> str:
    """The id of the job that a task belongs to."""
    return task_id[:JOB_ID_LENGTH]


def made_by_task(tdo_id: str, task_id: str, purpose: str) -> str:
    """The id of an asset that a task makes: always the same one, so that a task run twice does not make two."""
    digest = hashlib.sha256(f"{task_id}/{purpose}".encode()).digest()
    return f"{tdo_id}_{_letters(digest[:10])}"


def _random(length: int) -> str:
    return _letters(secrets.token_bytes(length))


def _letters(data: bytes) -> str:
    return "".join([ALPHABET[byte % len(ALPHABET)] for byte in data])
