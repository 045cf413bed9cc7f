"""Engines and engine categories: how they are found and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ariadne import ObjectType

from aiware_local.installation.errors import not_found
from aiware_local.installation.installation import ORGANIZATION, QUERY, Call, Info
from aiware_local.installation.lists import among, equals, ordered, overlaps, page
from aiware_local.storage.store import Record

ENGINE = ObjectType("Engine")
CATEGORY = ObjectType("EngineCategory")
UNKNOWN_OF_ENGINES = (
    "language",
    "fedRampImpactLevelMin",
    "fedRampImpactLevelMax",
    "trainableViaApi",
    "clusterSize",
    "clusterSizes",
    "gpuSupported",
    "gpusSupported",
    "maxMediaLengthMs",
)
"""Filters by something that the catalogue says of no engine."""


@QUERY.field("engine")
def resolve_engine(_: Any, info: Info, **args: Any) -> Record:
    """One engine."""
    engine = info.context.installation.catalogue.engine(str(args["id"]))
    if engine is None:
        raise not_found("Engine", str(args["id"]))
    return engine


@QUERY.field("engines")
def resolve_engines(_: Any, info: Info, **args: Any) -> Record:
    """Engines by id, name, category or what the filter says."""
    call = info.context
    chosen = (engine for engine in call.installation.catalogue.engines.values() if _passes(call, engine, args))
    return page(_ordered(call, chosen, args), args)


@QUERY.field("engineCategory")
def resolve_category(_: Any, info: Info, **args: Any) -> Record:
    """One engine category."""
    category = info.context.installation.catalogue.category(str(args["id"]))
    if category is None:
        raise not_found("EngineCategory", str(args["id"]))
    return category


@QUERY.field("engineCategories")
def resolve_categories(_: Any, info: Info, **args: Any) -> Record:
    """Engine categories by id, name or type."""
    chosen = (
        category
        for category in info.context.installation.catalogue.categories.values()
        if _is_one_of(category["id"], args)
        and (args.get("name") is None or args["name"].lower() in category["name"].lower())
        and (args.get("type") is None or args["type"].lower() == category["type"]["name"].lower())
    )
    return page(chosen, args)


@ENGINE.field("category")
def resolve_engine_category(engine: Record, info: Info) -> Record | None:
    return info.context.installation.catalogue.category(engine["categoryId"])


@ENGINE.field("ownerOrganization")
def resolve_owner(engine: Record, _: Info) -> Record | None:
    return ORGANIZATION if engine["ownerOrganizationId"] == ORGANIZATION["id"] else None


@ENGINE.field("builds")
def resolve_builds(_: Record, __: Info, **args: Any) -> Record:
    return page([], args)


@CATEGORY.field("engineIds")
def resolve_engine_ids(category: Record, info: Info) -> list[str]:
    return [engine["id"] for engine in info.context.installation.catalogue.engines_of(category["id"])]


@CATEGORY.field("totalEngines")
def resolve_total(category: Record, info: Info) -> int:
    return len(info.context.installation.catalogue.engines_of(category["id"]))


@CATEGORY.field("engines")
def resolve_engines_of(category: Record, info: Info, **args: Any) -> Record:
    call = info.context
    engines = call.installation.catalogue.engines_of(category["id"])
    return page(_ordered(call, (engine for engine in engines if _passes(call, engine, args)), args), args)


def _ordered(call: Call, engines: Iterable[Record], args: Mapping[str, Any]) -> Iterable[Record]:
    """Engines by their own fields; `category` and `type` are names of the category and of its type."""
    keyed = ({**engine, **_category_keys(call, engine)} for engine in engines)
    return ordered(keyed, args.get("orderBy"))


def _category_keys(call: Call, engine: Record) -> Record:
    category = call.installation.catalogue.category(engine["categoryId"]) or {"name": None, "type": {"name": None}}
    return {"category": category["name"], "type": category["type"]["name"]}


def _passes(call: Call, engine: Record, args: Mapping[str, Any]) -> bool:
    category = call.installation.catalogue.category(engine["categoryId"])
    return (
        _is_one_of(engine["id"], args)
        and equals(engine["categoryId"], args.get("categoryId"))
        and (args.get("category") is None or _is_category(category, args["category"]))
        and among(engine["state"], list(filter(None, args.get("state") or ())))
        and (not args.get("owned") or engine["ownerOrganizationId"] == ORGANIZATION["id"])
        and all(equals(engine[name], args.get(name)) for name in ("libraryRequired", "createsTDO"))
        and (args.get("name") is None or args["name"].lower() in engine["name"].lower())
        and _passes_filter(engine, category, args.get("filter") or {})
    )


def _passes_filter(engine: Record, category: Record | None, wanted: Mapping[str, Any]) -> bool:
    """Whether the engine passes an EngineFilter; what the catalogue does not say of an engine passes nothing."""
    return (
        (wanted.get("name") is None or wanted["name"].lower() in engine["name"].lower())
        and (not wanted.get("category") or any(_is_category(category, name) for name in wanted["category"]))
        and (not wanted.get("type") or (category is not None and category["type"]["name"] in wanted["type"]))
        and (wanted.get("priceMin") is None or engine["price"] >= wanted["priceMin"])
        and (wanted.get("priceMax") is None or engine["price"] <= wanted["priceMax"])
        and all(equals(engine.get(name), wanted.get(name)) for name in ("libraryRequired", "deploymentModel"))
        and all(among(engine.get(name), wanted.get(name)) for name in ("state", "mode", "runtimeType", "rating"))
        and among(engine.get("deploymentModel"), wanted.get("deploymentModels"))
        and overlaps(engine["supportedInputFormats"], wanted.get("supportedInputFormats"))
        and all(wanted.get(name) is None for name in UNKNOWN_OF_ENGINES)
    )


def _is_category(category: Record | None, wanted: str) -> bool:
    if category is None:
        return False
    return wanted.lower() in (category["id"], category["name"].lower(), category["categoryType"].lower())


def _is_one_of(object_id: str, args: Mapping[str, Any]) -> bool:
    wanted, many = args.get("id"), args.get("ids")
    return (wanted is None or object_id == str(wanted)) and (many is None or object_id in map(str, many))
