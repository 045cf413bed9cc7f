"""What is said of a cluster."""

from __future__ import annotations

from aiware_resources.api import ClusterRecord


def status(cluster: ClusterRecord) -> str:
    """Its status, where that is heading, and whether it is paused."""
    heading = cluster.target_status not in (None, cluster.status)
    text = f"{cluster.status} -> {cluster.target_status}" if heading else cluster.status
    return f"{text}, paused" if cluster.paused and cluster.status != "paused" else text


def engines(cluster: ClusterRecord) -> str:
    """Which engines may run on it."""
    allowed = cluster.allowed_engines or []
    if cluster.bypass_allowed_engines or "all" in allowed:
        return "all"
    return ", ".join(allowed) or "none"
