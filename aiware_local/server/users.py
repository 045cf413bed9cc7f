"""The user, the organization, login and logout."""

from __future__ import annotations

from typing import Any

from aiware_local.installation.auth import USER_NAME
from aiware_local.installation.catalogue import CATALOGUE_TIME
from aiware_local.installation.errors import invalid_input
from aiware_local.installation.installation import MUTATION, ORGANIZATION, ORGANIZATION_ID, QUERY, Call, Info
from aiware_local.installation.lists import page
from aiware_local.storage.store import Record

PERMISSIONS: list[Record] = [
    {"id": str(number), "name": name, "description": f"May use {name}."}
    for number, name in enumerate(("clusters", "engines", "exports", "jobs", "temporalDataObjects"), start=1)
]


def the_user(call: Call) -> Record:
    """The one user of the local aiWARE."""
    role = {"id": "role-admin", "name": "Admin", "appName": "admin", "permissions": page(PERMISSIONS, {})}
    return {
        "id": call.installation.user_id,
        "name": USER_NAME,
        "email": USER_NAME,
        "firstName": "Local",
        "lastName": "Admin",
        "organizationId": ORGANIZATION_ID,
        "organization": {**ORGANIZATION, "roles": [role]},
        "permissions": page(PERMISSIONS, {}),
        "roles": [role],
        "roleIds": [role["id"]],
        "jsondata": {},
        "userSettings": [],
        "status": "active",
        "createdDateTime": CATALOGUE_TIME,
        "modifiedDateTime": CATALOGUE_TIME,
    }


@QUERY.field("me")
def resolve_me(_: Any, info: Info) -> Record:
    """The user behind the token."""
    return the_user(info.context)


@QUERY.field("myRights")
def resolve_my_rights(*_: Any) -> Record:
    """What the user behind the token may do: everything that there is here."""
    return {"operations": [str(permission["name"]) for permission in PERMISSIONS]}


@MUTATION.field("userLogin")
def resolve_login(_: Any, info: Info, **args: Any) -> Record:
    """A new session token."""
    values = args.get("input")
    if values is None:
        raise invalid_input("userLogin needs an input with userName and password.")
    call = info.context
    token = call.installation.tokens.login(values["userName"], values["password"])
    user = the_user(call)
    return {
        "token": token,
        "apiToken": call.installation.tokens.credentials.api_key,
        "applications": [],
        "hasPassword": True,
        "passwordResetRequired": False,
        "organization": user["organization"],
        "user": user,
    }


@MUTATION.field("userLogout")
def resolve_logout(_: Any, info: Info, **args: Any) -> bool:
    """Ends a session."""
    return info.context.installation.tokens.logout(args["token"])
