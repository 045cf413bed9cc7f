"""login_user: a session token for the local user."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from aiware_local.installation.errors import ApiError
from aiware_local.installation.installation import Call
from aiware_local.installation.scalars import format_datetime
from aiware_local.launcher import ORGANIZATION_UUID
from aiware_local.server.edge.errors import EdgeError, bad
from aiware_local.server.edge.internal_ids import internal_role_id
from aiware_local.server.edge.request import EdgeRequest
from aiware_local.server.edge.values import Body
from aiware_local.server.users import PERMISSIONS, the_user


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
