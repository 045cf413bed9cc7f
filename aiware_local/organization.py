"""What a client has to know of the Edge API before it calls: where it is, and the organisation's UUID."""

from __future__ import annotations

EDGE_PATH = "/edge/v1"
"""The path below which the Edge REST API answers."""
ORGANIZATION_UUID = "8d0f6f0a-7b3f-4f0e-9d0c-6c1d2a17532e"
"""The internalOrganizationID of the one organisation of every local aiWARE."""
