"""The policies of this project: `pulumi preview --policy-pack policies`. See docs/policies.md."""

from __future__ import annotations

from aiware_resources.policies import run_pack

run_pack(
    {
        "allowed-engines": {
            "engines": [
                "Webstream Adapter",
                "Playback",
                "Chunk",
                "Asset Creator",
                "Output Writer",
                "Chunk Aggregator",
                "Speechmatics Transcription",
                "Spanish to English",
            ]
        },
        "update-limits": {"jobs": 100, "mediaMinutes": 6000, "unknownMinutes": 60},
        "protected-stacks": {"stacks": ["prod"], "allowRetained": True},
    }
)
