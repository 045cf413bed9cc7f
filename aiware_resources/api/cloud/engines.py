"""Calls about engines and their categories (documented at quickstart/jobs, step two, and apis/reference/query)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiware_resources.api.cloud.calls import PAGE_SIZE, Calls
from aiware_resources.api.cloud.graphql import query
from aiware_resources.api.records import CatalogueEngineRecord, EngineCategoryRecord

_ENGINE = """
fragment EngineFields on Engine {
  id name description state mode libraryRequired supportedInputFormats outputFormats
  category { id name categoryType type { name } }
  fields { name type label info required min max step defaultValue defaultValues options { key value } }
}
"""
ENGINES = query(
    "engines",
    "($ids: [ID!], $category: String, $name: String, $filter: EngineFilter, $offset: Int, $limit: Int)",
    """(ids: $ids, category: $category, name: $name, filter: $filter, offset: $offset, limit: $limit) {
    limit count records { ...EngineFields }
  }""",
    _ENGINE,
)
ENGINE_CATEGORIES = query(
    "engineCategories",
    "($type: String, $offset: Int, $limit: Int)",
    """(type: $type, offset: $offset, limit: $limit) {
    limit count records { id name description categoryType totalEngines type { name } }
  }""",
)


class EngineCalls(Calls):
    """Calls about engines and their categories."""

    def engines(self, ids: Sequence[str]) -> dict[str, CatalogueEngineRecord]:
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
        return self._engines(category=category, name=name, filter={"type": [of_type]} if of_type else None)

    def engine_categories(self, of_type: str | None = None) -> Iterator[EngineCategoryRecord]:
        for value in self._pages(ENGINE_CATEGORIES, type=of_type):
            yield self._parsed(EngineCategoryRecord, value, ENGINE_CATEGORIES)

    def _engines(self, **variables: object) -> Iterator[CatalogueEngineRecord]:
        for value in self._pages(ENGINES, **variables):
            yield self._parsed(CatalogueEngineRecord, value, ENGINES)
