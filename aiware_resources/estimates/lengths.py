"""How long media are, measured with ffprobe where it is installed and the media can be reached.

Of what is elsewhere, ffprobe gets no address, which may be signed, and no network: it reads through a relay on this
machine, which hands on a limited number of bytes.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from aiware_resources.estimates.relay import Relay
from aiware_resources.estimates.spans import is_document

AT_A_TIME = 8
LONGEST = 10.0
"""Seconds that one recording may take."""
LONGEST_ALTOGETHER = 60.0
"""Seconds after which no further recording is measured."""
_MINUTE = 60
_ASKS = ("-v", "error", "-show_entries", "stream=codec_type:format=duration", "-of", "json")
_REACHES = ("-protocol_whitelist", "file,http,tcp")


def measured(sources: Iterable[str], folder: Path | None) -> Mapping[str, float]:
    """Measures media.

    Args:
        sources: Where they are: `file:` addresses in a project, and http or https addresses.
        folder: The folder of the project; ``None`` where there is none.

    Returns:
        The minutes of those that could be measured.
    """
    ffprobe = shutil.which("ffprobe")
    media = [source for source in dict.fromkeys(sources) if not is_document(source)]
    wanted = [source for source in media if _is_remote(source) or _file(source, folder) is not None]
    if ffprobe is None or not wanted:
        return {}
    end = time.monotonic() + LONGEST_ALTOGETHER
    remote = any(map(_is_remote, wanted))
    with Relay(LONGEST) if remote else nullcontext() as relay, ThreadPoolExecutor(AT_A_TIME) as pool:

        def one(source: str) -> float | None:
            if time.monotonic() > end:
                return None
            if relay is not None and _is_remote(source):
                with relay.serving(source) as address:
                    return _asked(ffprobe, address)
            return _asked(ffprobe, f"file:{_file(source, folder)}")

        found = dict(zip(wanted, pool.map(one, wanted), strict=True))
    return {source: minutes for source, minutes in found.items() if minutes is not None}


def _asked(ffprobe: str, address: str) -> float | None:
    """What ffprobe says, in minutes."""
    try:
        ran = subprocess.run(  # noqa: S603 - no shell, and the address begins with its protocol
            [ffprobe, *_ASKS, *_REACHES, "-i", address], capture_output=True, timeout=LONGEST, check=True
        )
        return _length(json.loads(ran.stdout))
    except (OSError, ValueError, TypeError, AttributeError, subprocess.SubprocessError):
        return None


def _length(said: Mapping[str, Any]) -> float | None:
    """The minutes of a file; none of one without sound and pictures, such as captions."""
    kinds = {stream.get("codec_type") for stream in said.get("streams") or ()}
    if kinds and kinds.isdisjoint({"audio", "video"}):
        return 0.0
    seconds = float((said.get("format") or {}).get("duration", "nan"))
    return seconds / _MINUTE if 0 <= seconds < math.inf else None


def _is_remote(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _file(source: str, folder: Path | None) -> Path | None:
    """A file of the project; ``None`` for anything else."""
    if folder is None or not source.lower().startswith("file:"):
        return None
    try:
        path = (folder / unquote(urlsplit(source).path)).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):
        return None
