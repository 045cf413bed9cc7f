"""The pages of a stack: its drift, and what the next update would do."""

from __future__ import annotations

from tests.integration.console.conftest import Served

PROD = "/acme-studio-prod"


def test_drift_is_told_by_property(served: Served) -> None:
    said = served.page(f"{PROD}/drift")
    assert "was changed outside of Pulumi" in said
    assert "TemporalDataObject episode" in said
    assert "by hand" in said


def test_the_next_update_is_the_report_of_a_preview(served: Served) -> None:
    said = served.page(f"{PROD}/next")
    assert "will be DELETED" in said
    assert '"sandbox":""' in said


def test_what_is_not_a_stack_has_neither(served: Served) -> None:
    assert "Next up" not in served.page("/environment/jobs")
    for page in ("drift", "next"):
        assert served.client.get(f"/environment/{page}").status_code == 404


def test_all_places_lead_to_each_other(served: Served) -> None:
    assert f'"{PROD}/jobs"' in served.page("/environment/jobs")
    assert '"/environment/jobs"' in served.page(f"{PROD}/drift")
