"""What Pulumi's provider host says of an error.

It hands the engine an exception that a provider raises. Since version 3.260 it writes the whole traceback, which
hides what the errors of this library say. So it is made to write their messages alone, and tracebacks of other
exceptions: those are faults of a program.
"""

from __future__ import annotations

import sys
import traceback
from types import SimpleNamespace

from aiware_resources.errors import AiwareError


def tell_errors_by_their_messages() -> None:
    """Makes the provider host, in whose process this runs, leave out the tracebacks of this library's errors.

    Does nothing in a host that writes none, or in any other process.
    """
    host = sys.modules["__main__"]
    if hasattr(host, "DynamicResourceProviderServicer") and hasattr(host, "traceback"):
        vars(host)["traceback"] = SimpleNamespace(format_exc=_said)


def _said() -> str:
    error = sys.exception()
    return str(error) if isinstance(error, AiwareError) else traceback.format_exc()
