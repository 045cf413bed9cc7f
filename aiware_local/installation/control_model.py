"""The form that the bodies of control calls have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class ControlModel(BaseModel):
    """A part of a body: names in camelCase, nothing that is not known, never changed."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True)
