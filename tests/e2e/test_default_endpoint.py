"""Which aiWARE a program uses that does not say so."""

from __future__ import annotations

from tests.support.local import Local
from tests.support.project import Project

TDO = """
TemporalDataObject("tdo", start_date_time=1574311000, stop_date_time=1574315000)
"""


def test_without_an_endpoint_the_local_aiware_is_for_those_without_credentials(project: Project, local: Local) -> None:
    project.program(TDO)
    project.config(aiware__endpoint=None, aiware__token="sekrit-token")
    refused = project.up(fails=True).output
    assert "aiware:endpoint is missing" in refused
    assert "pulumi config set aiware:endpoint https://api.veritone.com/v3/graphql" in refused
    assert "sekrit" not in refused
    assert local.objects()["tdos"] == []
    assert local.http_requests() == 0
    project.config(aiware__token=None)
    ran = project.up().output
    assert "aiware:endpoint is not set: this run uses the local aiWARE" in ran
    assert len(local.objects()["tdos"]) == 1
    project.config(aiware__endpoint="local")
    assert "aiware:endpoint is not set" not in project.up().output
