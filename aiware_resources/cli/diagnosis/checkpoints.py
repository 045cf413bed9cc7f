"""When Pulumi writes the state: after every step, or once, at the end of a run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from aiware_resources.cli.diagnosis.finding import Finding, ok, warn
from aiware_resources.settings.model import sources_of

CHECK = "checkpoints"
SKIP = "PULUMI_SKIP_CHECKPOINTS"

_ONCE = f"Pulumi writes the state once, at the end of a run ({SKIP})"
_OWN = ("pulumi-python:dynamic/aiware:", "pulumi:")
"""What the types of resources begin with that a run after a killed one finds again, or does not need to."""


def checkpoints(config: Mapping[str, str], resources: Iterable[Mapping[str, Any]]) -> Finding:
    """Says when Pulumi writes the state, and warns where a killed run would lose what nothing finds again.

    Args:
        config: The configuration of the stack; empty for none.
        resources: The resources in its state.
    """
    if os.environ.get(SKIP, "").strip().lower() not in {"1", "true"}:
        said = f"Pulumi writes the state after every step; {SKIP}=true has it written once, which is much faster"
        return ok(CHECK, said)
    remedy = f"{SKIP}=false"
    if str(sources_of(config, os.environ).get("markers", ("", "true"))[1]).strip().lower() == "false":
        said = f"{_ONCE}, and markers are off: the next run creates again what a killed run created"
        return warn(CHECK, said, remedy)
    types = (str(each.get("type")) for each in resources if each.get("custom"))
    if others := sorted({each.partition(":")[0] for each in types if not each.startswith(_OWN)}):
        said = (
            f"{_ONCE}, and the stack holds resources of {', '.join(others)}: a killed run may make them a second time"
        )
        return warn(CHECK, said, remedy)
    return ok(CHECK, f"{_ONCE}: after a killed run, run `pulumi up` before you change the program or destroy the stack")
