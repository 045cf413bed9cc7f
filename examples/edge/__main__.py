"""A translation on aiWARE Edge, and its result as a file.

`pulumi up` submits the job over REST, waits for it, and writes the engine's result to `results/`. Next:

- Run `pulumi up` again: nothing runs twice. Remove the file, and run it once more: the file is there again.
- Preview with a `target`, or with a Cluster: the preview says that Edge has none, and what to use.
- Set `aiware:api` to cloud and give the job a `target`: the same job runs in the cloud.
"""

from __future__ import annotations

from typing import Any

import pulumi

from aiware_resources import Job, engines
from aiware_resources.dag import Dag, engine, output_writer

graph = Dag(
    engine(
        engines.TRANSLATE_SPANISH_TO_ENGLISH,
        {"url": "https://vt-maxagg-test.s3.amazonaws.com/media/spanish.txt"},
        reads=None,
        execution_preferences={"max_engines": 1, "max_retries": 10, "priority": -10},
    )
    >> output_writer()
)
job = Job(
    "translation",
    dag=graph,
    results_to="results",
    on_destroy="delete",  # Edge can: the job goes with its outputs, also when it is finished
)


def text(results: list[dict[str, Any]]) -> str:
    return " ".join(item["text"] for result in results for item in result["jsondata"]["object"])


pulumi.export("translation", job.results().apply(text))
