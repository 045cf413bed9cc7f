"""A cluster, kept as described.

`pulumi up` creates it, and waits until it can take jobs. What to see next:

- Run `pulumi preview`: nothing to do.
- Change `tags`, and preview: an update in place. Change `memory_size`: a replacement, since aiWARE cannot resize it.
- Change the tags in aiWARE instead, behind Pulumi's back: the preview shows the drift, and `pulumi up` repairs it.
"""

from __future__ import annotations

import pulumi

from aiware_resources import Cluster

cluster = Cluster(
    "cluster",
    name="example-cluster",  # known by its name: a second cluster called so is refused, or adopted
    allowed_engines=["all"],
    type="RT",
    memory_size="20gb",
    storage_size="10gb",
    tags=["example", "pulumi"],
    status="active",
)

pulumi.export("id", cluster.id)
pulumi.export("status", cluster.live_status)
