"""How times, sizes and measures are written."""

from __future__ import annotations

from datetime import datetime

from aiware_resources.report.run.model import Job
from aiware_resources.text.words import counted, duration

_SHORT = 10
"""Seconds below which tenths are told."""


def moment(when: datetime) -> str:
    """A moment: ``2026-11-29 19:16:06 UTC``."""
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"


def span(seconds: float) -> str:
    """A span of time: ``0.4 s``, ``3 min 20 s``."""
    return f"{seconds:.1f} s" if seconds < _SHORT else duration(seconds)


def size(number: int) -> str:
    """A size: ``812 bytes``, ``1.4 MB``."""
    if number < 1000:
        return counted(number, "byte")
    value, unit = next((number / step, unit) for step, unit in _UNITS if number >= step)
    return f"{value:.1f} {unit}"


_UNITS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def against_media(job: Job) -> str:
    """How long a job took against its media: ``0.3 × the media (12 min 5 s by the TDO's times)``; empty if unknown."""
    if not job.media_seconds or not job.media_source:
        return ""
    by = "by the TDO's times" if job.media_source == "TDO" else "as far as the result goes"
    length = f"{span(job.media_seconds)} {by}"
    return f"media {length}" if job.seconds is None else f"{job.seconds / job.media_seconds:.2g} × media ({length})"


def ran(value: bool | None) -> str:
    """Whether a job ran."""
    return "not known whether it ran" if value is None else "ran" if value else "did not have to run"
