"""The administration of Edge: get_engines, get_engine_categories and login_user."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Annotated, Any, Literal

from pydantic import Field
from starlette.responses import JSONResponse, Response

from aiware_local.installation.catalogue import Catalogue
from aiware_local.installation.errors import ApiError
from aiware_local.installation.installation import Call
from aiware_local.installation.scalars import format_datetime
from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.edge.errors import EdgeError, bad
from aiware_local.server.edge.ids import internal_engine_id, internal_role_id
from aiware_local.server.edge.jobs import require_organization, within
from aiware_local.server.edge.request import Body, EdgeRequest, Page, QueryTime, QueryTruth, Uuid, answer_page
from aiware_local.server.users import PERMISSIONS, the_user
from aiware_local.storage.store import Record

EngineType = Literal["chunk", "stream", "batch", "any"]
ORDERS: Mapping[str, Callable[[Record], Any]] = {
    "createdDateTime": itemgetter("createdDateTime"),
    "modifiedDateTime": itemgetter("modifiedDateTime"),
    "engineID": lambda engine: internal_engine_id(engine["id"]),
    "engineName": itemgetter("name"),
    "engineCategoryID": itemgetter("categoryId"),
    "engineState": itemgetter("state"),
    "engineType": itemgetter("mode"),
}


class Filters(Page):
    """The query of get_engines. Moments are seconds since the epoch, of an engine's making."""

    organization_id: Annotated[Uuid | None, Field(alias="internalOrganizationID")] = None
    name: Annotated[str | None, Field(alias="engineName")] = None
    state: Annotated[Literal["active", "paused", "replace"] | None, Field(alias="engineState")] = None
    type: Annotated[EngineType | None, Field(alias="engineType")] = None
    output_type: Annotated[EngineType | None, Field(alias="engineOutputType")] = None
    category_id: Annotated[str | None, Field(alias="engineCategoryID")] = None
    engine_ids: Annotated[str | None, Field(alias="engineIDs")] = None
    start_time: Annotated[QueryTime | None, Field(alias="startTime")] = None
    end_time: Annotated[QueryTime | None, Field(alias="endTime")] = None
    preload: QueryTruth | None = None


def list_engines(request: EdgeRequest) -> Response:
    """`GET /admin/engines`: the engines of the catalogue."""
    filters = request.parameters(Filters)
    require_organization(filters.organization_id, "internalOrganizationID")
    engines = request.call.installation.catalogue.engines.values()
    chosen = (engine for engine in engines if _passes(engine, filters))
    return answer_page(chosen, filters, ORDERS, _engine_detail)


def find_engine(catalogue: Catalogue, engine_id: str) -> Record | None:
    """The engine with this engineID, or None."""
    found = catalogue.engine(engine_id)
    others = (engine for engine in catalogue.engines.values() if internal_engine_id(engine["id"]) == engine_id)
    return next(others, None) if found is None else found


def list_categories(request: EdgeRequest) -> Response:
    """`GET /admin/engine/categories`: all of them."""
    categories = request.call.installation.catalogue.categories.values()
    return JSONResponse({"success": True, "result": [_category_detail(category) for category in categories]})


def _passes(engine: Record, filters: Filters) -> bool:
    kind = _type(engine)
    return (
        (filters.name is None or filters.name.lower() in engine["name"].lower())
        and (filters.state is None or engine["state"] == filters.state)
        and (filters.type is None or kind == filters.type)
        and (filters.output_type is None or kind == filters.output_type)
        and (filters.category_id is None or engine["categoryId"] == filters.category_id.lower())
        and (filters.engine_ids is None or internal_engine_id(engine["id"]) in _ids(filters.engine_ids))
        and within(engine["createdDateTime"], filters.start_time, filters.end_time)
        and not filters.preload
    )


def _ids(text: str) -> set[str]:
    return {part.strip().lower() for part in text.split(",")}


def _engine_detail(engine: Record) -> dict[str, Any]:
    return {
        "engineID": internal_engine_id(engine["id"]),
        "engineName": engine["name"],
        "engineCategoryID": engine["categoryId"],
        "engineState": engine["state"],
        "engineType": _type(engine),
        "engineOutputType": _type(engine),
        "fieldsJSON": json.dumps(engine.get("fields") or []),
        "internalOrganizationID": ORGANIZATION_UUID,
        "preload": False,
        "createdDateTime": format_datetime(engine["createdDateTime"]),
        "modifiedDateTime": format_datetime(engine["modifiedDateTime"]),
    }


def _type(engine: Record) -> str:
    return str(engine["mode"]).lower()


def _category_detail(category: Record) -> dict[str, Any]:
    return {
        "engineCategoryID": category["id"],
        "engineCategoryName": category["name"],
        "engineCategoryType": category["categoryType"],
        "createdDateTime": format_datetime(category["createdDateTime"]),
        "modifiedDateTime": format_datetime(category["modifiedDateTime"]),
    }


class Login(Body):
    """The body of login_user."""

    username: str | None = None
    password: str | None = None


def login_user(request: EdgeRequest) -> Response:
    """`POST /admin/users/login`: the token works for both APIs, and lasts a day."""
    login = request.body(Login)
    if login.username is None or login.password is None:
        raise bad("The body needs a username and a password.")
    try:
        token = request.call.installation.tokens.login(login.username, login.password)
    except ApiError as error:
        raise EdgeError(401, "There is no user of this name with this password.") from error
    return JSONResponse({"success": True, "result": _user_detail(request.call), "token": token})


def _user_detail(call: Call) -> dict[str, Any]:
    user = the_user(call)
    return {
        "userID": user["id"],
        "userName": user["name"],
        "email": user["email"],
        "displayName": f"{user['firstName']} {user['lastName']}",
        "internalOrganizationID": ORGANIZATION_UUID,
        "organizationIDs": [ORGANIZATION_UUID],
        "accessAllOrganization": False,
        "isSuperAdmin": False,
        "isSynchronized": False,
        "permissionIDs": [permission["id"] for permission in PERMISSIONS],
        "roleIDs": [internal_role_id(role) for role in user["roleIds"]],
        "passwordChangeRequired": False,
        "status": user["status"],
        "kvpJSON": "{}",
        "userSettingsJSON": "{}",
        "lastLoggedIn": format_datetime(call.now),
        "createdDateTime": format_datetime(user["createdDateTime"]),
        "modifiedDateTime": format_datetime(user["modifiedDateTime"]),
    }
