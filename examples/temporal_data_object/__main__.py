"""A temporal data object (TDO): the container that media, results and jobs hang on.

`pulumi up` creates it. What to see next:

- Change `description` or `details`, and run `pulumi preview`: an update in place.
- Change `add_to_index`: a replacement, since aiWARE takes it at creation only.
- Run `pulumi destroy`: the content is removed, and the TDO stays in aiWARE. Without `on_destroy` it would be deleted.
"""

from __future__ import annotations

import pulumi

from aiware_resources import TemporalDataObject

interview = TemporalDataObject(
    "interview",
    name="Interview with the mayor",
    start_date_time="2026-03-02T09:00:00Z",
    stop_date_time="2026-03-02T09:45:00Z",  # later than the start, by a year at most
    description="Recorded in the town hall",
    details={"case": {"number": "2026-117"}},  # entries that engines add beside these are not drift
    add_to_index=False,
    on_destroy="cleanup",
    cleanup_options=["storage", "engineResults"],
)

pulumi.export("id", interview.id)
