"""How an export request that is there is declared."""

from __future__ import annotations

from aiware_resources.api import Api, ExportRecord
from aiware_resources.errors import AdoptionError
from aiware_resources.reconcile import EntityProvider
from aiware_resources.reconcile.adoption import Adoption, Declaration, by_id, declaration


def _declared(provider: EntityProvider, record: ExportRecord, _: Api) -> Declaration:
    """Declares a request of which aiWARE does not tell what it exports (query ``exportRequests``).

    Raises:
        AdoptionError: When it has failed: there is nothing to take over, and a run would request it again.
    """
    if record.status == "failed":
        raise AdoptionError(
            f"export request {record.id} has failed, so there is nothing to adopt.",
            remedy="Declare a new ExportRequest instead; aiWARE has no call to delete the failed one.",
        )
    found = declaration(provider, record.id, {})
    found.notes = ["aiWARE does not tell what an export request exports, so neither does this: tdo_data is left out."]
    return found


adoption: Adoption[ExportRecord] = Adoption(
    "export",
    by_id("export request", "exportRequests", lambda api, ids: api.export_requests(ids)),
    _declared,
)
