"""Which engines may run on a cluster."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import UNKNOWN

from aiware_resources.catalogue.allowed_engines import AllowedEngines, DeclaredClusters


@pytest.mark.parametrize(
    ("properties", "allows"),
    [
        ({"allowedEngines": ["e-1"]}, True),
        ({"allowedEngines": ["e-2"]}, False),
        ({"allowedEngines": []}, False),
        ({"allowedEngines": ["e-2", "all"]}, True),
        ({"allowedEngines": ["e-2"], "bypassAllowedEngines": True}, True),
        ({"allowedEngines": ["e-2"], "bypassAllowedEngines": False}, False),
        ({"allowedEngines": ["e-2", UNKNOWN]}, True),
        ({"allowedEngines": UNKNOWN}, True),
        ({"allowedEngines": ["e-2"], "bypassAllowedEngines": UNKNOWN}, True),
        ({}, True),
    ],
)
def test_what_is_allowed(properties: dict[str, Any], allows: bool) -> None:
    assert AllowedEngines.of(properties).allow("e-1") is allows


def test_the_latest_declaration_counts() -> None:
    declared = DeclaredClusters()
    assert declared.get("rt-1") is None
    declared.add("rt-1", {"allowedEngines": ["e-1"]})
    declared.add("rt-1", {"allowedEngines": ["e-2"]})
    allowed = declared.get("rt-1")
    assert allowed is not None
    assert (allowed.allow("e-1"), allowed.allow("e-2")) == (False, True)
