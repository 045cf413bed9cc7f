"""aiWARE's cloud API (GraphQL): each call beside its document."""

from __future__ import annotations

from aiware_resources.api.cloud.api import CLOUD, CloudApi

__all__ = ["CLOUD", "CloudApi"]
