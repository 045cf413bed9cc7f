"""A dynamic provider that does nothing."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class FloorProvider(ResourceProvider):
    """Records what it is given."""

    serialize_as_secret_always = False

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Returns at once."""
        return CreateResult("nothing", props)


class Nothing(Resource):
    """A resource behind which there is nothing."""

    def __init__(self, name: str, **props: Any) -> None:
        super().__init__(FloorProvider(), name, props)
