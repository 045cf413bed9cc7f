"""What the library says of its work, on standard error, for those who ask for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_LOGGERS = ("aiware", "aiware_resources")
"""Those of the library."""
_REQUESTS = "httpx"
"""The one that tells each HTTP request; the queries of URLs, which may be signed, are left out of it."""
_LEVELS = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO, 2: logging.DEBUG}


@contextmanager
def logged(verbosity: int) -> Iterator[None]:
    """Shows the library's log.

    Args:
        verbosity: -1 for errors only, 0 for warnings as well, 1 for what is done, 2 for requests and retries.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    names = (*_LOGGERS, _REQUESTS) if verbosity > 1 else _LOGGERS
    loggers = [logging.getLogger(name) for name in names]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(_LEVELS[verbosity])
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.setLevel(level)
