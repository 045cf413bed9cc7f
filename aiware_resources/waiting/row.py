"""A resource's row in Pulumi's display."""

from __future__ import annotations

from typing import Any, cast

import pulumi


class Row:
    """Where messages about one resource go.

    It carries the resource's raw urn. The resource's own ``urn`` resolves on completion, so logging to the resource
    itself would wait for what it is to report on. Without a urn, messages go to the program as a whole.
    """

    def __init__(self, urn: pulumi.Output[str] | None) -> None:
        self.urn = urn

    def progress(self, message: str) -> None:
        """Shows how far something is; replaced by the next message."""
        pulumi.log.info(message, resource=self._resource, ephemeral=True)

    def info(self, message: str) -> None:
        """Says something that stays on the screen."""
        pulumi.log.info(message, resource=self._resource)

    def warn(self, message: str) -> None:
        """Warns."""
        pulumi.log.warn(message, resource=self._resource)

    def error(self, message: str) -> None:
        """Reports a failure."""
        pulumi.log.error(message, resource=self._resource)

    @property
    def _resource(self) -> pulumi.Resource | None:
        if self.urn is None:
            return None
        # The logging functions only read the urn of what they are given.
        return cast(pulumi.Resource, cast(Any, self))
