"""Calls to aiWARE Edge about engines and their categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aiware_resources import errors
from aiware_resources.api.edge.calls import PAGE_SIZE, Calls, Operation, Query, Request
from aiware_resources.api.edge.records import Category, Engine
from aiware_resources.api.records import CatalogueEngineRecord, EngineCategoryRecord
from aiware_resources.settings.endpoints import is_uuid

ENGINES = Operation("get_engines", "GET", "/admin/engines")
ENGINE_CATEGORIES = Operation("get_engine_categories", "GET", "/admin/engine/categories")


class EngineCalls(Calls):
    """Calls about engines and their categories."""

    def engines(self, ids: Sequence[str]) -> dict[str, CatalogueEngineRecord]:
        # Edge has no engines under other ids, and may refuse to look for one.
        unique = [id_ for id_ in dict.fromkeys(ids) if is_uuid(id_)]
        found: dict[str, CatalogueEngineRecord] = {}
        for start in range(0, len(unique), PAGE_SIZE):
            batch = ",".join(unique[start : start + PAGE_SIZE])
            found |= {engine.id: engine for engine in self._engines({"engineIDs": batch})}
        return {id_: found[id_] for id_ in unique if id_ in found}

    def find_engines(
        self, *, category: str | None = None, name: str | None = None, of_type: str | None = None
    ) -> Iterator[CatalogueEngineRecord]:
        # What is asked for is looked for here: Edge compares names as a whole.
        for engine in self._engines({}):
            about = engine.category
            fits = [
                name is None or name.casefold() in (engine.name or "").casefold(),
                category is None or _same(about.name if about else None, category),
                of_type is None or _same(about.type.name if about and about.type else None, of_type),
            ]
            if all(fits):
                yield engine

    def engine_categories(self, of_type: str | None = None) -> Iterator[EngineCategoryRecord]:
        request = Request(ENGINE_CATEGORIES)
        for value in self._list(request):
            category = self._record(Category, value, request).category()
            if of_type is None or _same(category.category_type, of_type):
                yield category

    def _categories_by_id(self) -> dict[str, EngineCategoryRecord]:
        """The categories; none where an installation or a token has none to show, since engines do without."""
        try:
            return {category.id: category for category in self.engine_categories()}
        except (errors.NotAllowed, errors.NotImplementedByServer, errors.WrongUrl):
            return {}

    def _engines(self, query: Query) -> Iterator[CatalogueEngineRecord]:
        categories = self._categories_by_id()
        request = Request(ENGINES, query=query)

        def made(value: Any) -> Engine:
            return self._record(Engine, value, request)

        for engine in self._pages(ENGINES, query, made, lambda engine: engine.engine_id):
            yield engine.engine(categories.get(engine.engine_category_id or ""))


def _same(actual: str | None, wanted: str) -> bool:
    return (actual or "").casefold() == wanted.casefold()
