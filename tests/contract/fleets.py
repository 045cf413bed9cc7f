"""What the contract tests of fleets share: a fleet's properties, and hosts that know nothing yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aiware_resources import JobTemplate, engines, media_value, pipelines
from aiware_resources.job_fleet import JobFleetProvider
from tests.support.host import Host
from tests.support.local import Local

PROVIDER = JobFleetProvider()
TEMPLATE = JobTemplate(dag=pipelines.translation(media_value("url")), target={"name": media_value("title")}).properties
ON_EDGE = JobTemplate(dag=pipelines.translation(media_value("url"))).properties
ENGINE = engines.TRANSLATE_SPANISH_TO_ENGLISH
FAILING = {ENGINE: {"fail": {"reason": "invalid_data", "message": "noise"}, "failTimes": 1}}

Start = Callable[..., Host]


def fleet(keys: Iterable[str], **more: Any) -> dict[str, Any]:
    """A fleet with these entries, as a program declares it."""
    media = {key: {"url": f"https://media.test/{key}", "title": f"Title {key}"} for key in keys}
    return {"__owner": "project/stack/fleet", "template": TEMPLATE, "media": media, **more}


def edge_fleet(keys: Iterable[str], **more: Any) -> dict[str, Any]:
    """A fleet as a program declares it for aiWARE Edge, where jobs have no TDO."""
    media = {key: {"url": f"https://media.test/{key}"} for key in keys}
    return {"__owner": "project/stack/fleet", "template": ON_EDGE, "media": media, **more}


def job_ids(outs: dict[str, Any]) -> dict[str, str]:
    """The recorded jobs by key."""
    return {key: text.split(" ")[0] for key, text in outs["jobs"].items()}


def told(outs: dict[str, Any]) -> dict[str, Any]:
    """Outputs without what is hidden from displays, which moves by itself."""
    return {key: value for key, value in outs.items() if not key.startswith("__")}


def settled(host: Host, outs: dict[str, Any], news: dict[str, Any]) -> bool:
    """Whether a preview finds nothing to do."""
    return host.diff(PROVIDER, "fleet", host.read(PROVIDER, "fleet", outs).outs, news) == (False, [], False)


def expect_only(local: Local, outs: dict[str, Any]) -> None:
    """Every job of the server is recorded, each TDO is a job's, and no two jobs are one entry's."""
    objects = local.objects()
    assert sorted(job_ids(outs).values()) == sorted(job["id"] for job in objects["jobs"])
    assert sorted(job["targetId"] for job in objects["jobs"]) == sorted(tdo["id"] for tdo in objects["tdos"])
