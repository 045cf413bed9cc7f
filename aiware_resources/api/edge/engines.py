"""Calls to aiWARE Edge about engines and their categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aiware_resources import errors
from aiware_resources.api.edge import operations
from aiware_resources.api.edge.calls import PAGE_SIZE, EdgeCalls
from aiware_resources.api.edge.records import Category, Engine
from aiware_resources.api.edge.transport import Query, Request
from aiware_resources.api.engine_records import CatalogueEngineRecord, EngineCategoryRecord
from aiware_resources.settings.endpoints import is_uuid


class EdgeEngines(EdgeCalls):
    """Calls about engines and their categories."""

    def by_id(self, ids: Sequence[str]) -> dict[str, CatalogueEngineRecord]:
        """Reads many engines (get_engines with engineIDs).

        Returns:
            The engines by id; missing ones are left out.
        """
        # Edge has no engines under other ids, and may refuse to look for one.
        unique = [id_ for id_ in dict.fromkeys(ids) if is_uuid(id_)]
        found: dict[str, CatalogueEngineRecord] = {}
        for start in range(0, len(unique), PAGE_SIZE):
            batch = ",".join(unique[start : start + PAGE_SIZE])
            found |= {engine.id: engine for engine in self._engines({"engineIDs": batch})}
        return {id_: found[id_] for id_ in unique if id_ in found}

    def find(
        self, *, category: str | None = None, name: str | None = None, of_type: str | None = None
    ) -> Iterator[CatalogueEngineRecord]:
        """Finds engines (get_engines). What is asked for is looked for here: Edge compares names as a whole.

        Args:
            category: Name of their category.
            name: What their name contains.
            of_type: Type of their category.
        """
        for engine in self._engines({}):
            about = engine.category
            fits = [
                name is None or name.casefold() in (engine.name or "").casefold(),
                category is None or _same(about.name if about else None, category),
                of_type is None or _same(about.type.name if about and about.type else None, of_type),
            ]
            if all(fits):
                yield engine

    def categories(self, of_type: str | None = None) -> Iterator[EngineCategoryRecord]:
        """Finds engine categories (get_engine_categories).

        Args:
            of_type: Only those of this type.
        """
        request = Request(operations.ENGINE_CATEGORIES)
        for value in self._list(request):
            category = self._record(Category, value, request).category()
            if of_type is None or _same(category.category_type, of_type):
                yield category

    def _categories_by_id(self) -> dict[str, EngineCategoryRecord]:
        """The categories; none where an installation or a token has none to show, since engines do without."""
        try:
            return {category.id: category for category in self.categories()}
        except (errors.NotAllowed, errors.NotImplementedByServer, errors.WrongUrl):
            return {}

    def _engines(self, query: Query) -> Iterator[CatalogueEngineRecord]:
        categories = self._categories_by_id()
        request = Request(operations.ENGINES, query=query)

        def made(value: Any) -> Engine:
            return self._record(Engine, value, request)

        for engine in self._pages(operations.ENGINES, query, made, lambda engine: engine.engine_id):
            yield engine.engine(categories.get(engine.engine_category_id or ""))


def _same(actual: str | None, wanted: str) -> bool:
    return (actual or "").casefold() == wanted.casefold()
