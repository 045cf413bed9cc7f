"""Calls about engines and their categories (documented at quickstart/jobs, step two, and apis/reference/query)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiware_resources.api import documents
from aiware_resources.api.calls import PAGE_SIZE, Calls
from aiware_resources.api.engine_records import CatalogueEngineRecord, EngineCategoryRecord


class EngineCalls(Calls):
    """Calls about engines and their categories."""

    def engines(self, ids: Sequence[str]) -> dict[str, CatalogueEngineRecord]:
        """Reads many engines, with their custom fields, in one request (`engines(ids:)`; a page of ids each).

        Args:
            ids: Their ids; each is asked about once.

        Returns:
            The engines by id; missing ones are left out.

        Raises:
            ApiError: If they could not be read.
        """
        unique = list(dict.fromkeys(ids))
        # More ids than fit on a page would cost as many requests, and a longer document.
        batches = [unique[start : start + PAGE_SIZE] for start in range(0, len(unique), PAGE_SIZE)]
        found: dict[str, CatalogueEngineRecord] = {}
        for batch in batches:
            missing = set(batch)
            for engine in self._engines(ids=batch):
                found[engine.id] = engine
                missing.discard(engine.id)
                if not missing:
                    break
        return {id_: found[id_] for id_ in unique if id_ in found}

    def find_engines(
        self, *, category: str | None = None, name: str | None = None, of_type: str | None = None
    ) -> Iterator[CatalogueEngineRecord]:
        """Finds engines (`engines`), page by page.

        Args:
            category: Name of their category.
            name: What their name contains.
            of_type: Type of their category: ``Cognition``, ``Ingestion`` or ``Aggregator``.

        Raises:
            BadRequest: There is no such type.
            ApiError: If they could not be read.
        """
        return self._engines(category=category, name=name, filter={"type": [of_type]} if of_type else None)

    def engine_categories(self, of_type: str | None = None) -> Iterator[EngineCategoryRecord]:
        """Finds engine categories (`engineCategories`), page by page.

        Args:
            of_type: Only those of this type, such as ``Cognition``.

        Raises:
            ApiError: If they could not be read.
        """
        for value in self._pages(documents.ENGINE_CATEGORIES, type=of_type):
            yield self._parsed(EngineCategoryRecord, value, documents.ENGINE_CATEGORIES)

    def _engines(self, **variables: object) -> Iterator[CatalogueEngineRecord]:
        for value in self._pages(documents.ENGINES, **variables):
            yield self._parsed(CatalogueEngineRecord, value, documents.ENGINES)
