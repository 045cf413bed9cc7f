"""Arguments that say how this library treats an object: recorded in the state, never sent to aiWARE."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from aiware_resources.reconcile import ApiModel, Identifier

CleanupOption = Literal["storage", "searchIndex", "engineResults"]
"""What cleanupTDO removes (``TDOCleanupOption``)."""

TdoPolicy = Literal["delete", "cleanup", "retain"]
"""What happens to a TDO on destroy."""

Seconds = Annotated[float, Field(gt=0)]


class Adoptable(ApiModel):
    """What can take over an existing object: all entities."""

    adopt: Identifier | None = None


class Awaited(ApiModel):
    """What the program's monitor awaits: clusters, jobs and exports."""

    wait: bool | None = None
    timeout: Seconds | None = None
