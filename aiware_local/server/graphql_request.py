"""Reading a request to the GraphQL endpoint: what is refused with HTTP 400, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_operation_ast,
    parse,
    validate,
)
from starlette.datastructures import UploadFile
from starlette.requests import Request

from aiware_local.server.schema import load_schema


@dataclass(frozen=True)
class GraphQLRequest:
    """What a client sent."""

    query: str
    variables: Mapping[str, Any]
    operation_name: str | None
    upload: UploadFile | None = None


class BadRequestError(Exception):
    """The request is answered with HTTP 400.

    Args:
        errors: what is wrong with it.
    """

    def __init__(self, *errors: GraphQLError) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


async def read_request(request: Request) -> GraphQLRequest:
    """The GraphQL request in an HTTP request.

    Raises:
        BadRequestError: the content type is neither JSON nor multipart/form-data, or the body is not what it says.
    """
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type == "application/json":
        return _from_json(_json(await request.body(), "The body"))
    if content_type == "multipart/form-data":
        return await _from_form(request)
    raise _bad(f"The content type is '{content_type}'; send application/json, or multipart/form-data for uploads.")


def read_document(sent: GraphQLRequest) -> tuple[DocumentNode, OperationDefinitionNode]:
    """The parsed document, valid against the schema, and the operation in it that is to be run.

    Raises:
        BadRequestError: it does not parse or validate, or the operation is not clear.
    """
    document, errors = _prepared(sent.query)
    if document is None or errors:
        raise BadRequestError(*errors)
    operation = get_operation_ast(document, sent.operation_name)
    if operation is None:
        raise _bad("The document has several operations, or none of the given name: give the operationName of one.")
    return document, operation


def root_fields(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> list[str]:
    """The names of the root fields that the operation executes, one entry for each alias."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    keys: dict[str, str] = {}
    for field in _fields(operation.selection_set, fragments, variables):
        keys[field.alias.value if field.alias else field.name.value] = field.name.value
    return list(keys.values())


@lru_cache(maxsize=256)
def _prepared(query: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """Parses and validates a document; clients that poll send the same one again and again."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(load_schema(), document))


def _fields(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, Any]
) -> Iterator[FieldNode]:
    for selection in selections.selections:
        if not _is_included(selection, variables):
            continue
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _fields(selection.selection_set, fragments, variables)
        elif isinstance(selection, FragmentSpreadNode):
            yield from _fields(fragments[selection.name.value].selection_set, fragments, variables)


def _is_included(selection: SelectionNode, variables: Mapping[str, Any]) -> bool:
    return not any(_excludes(directive, variables) for directive in selection.directives or ())


def _excludes(directive: DirectiveNode, variables: Mapping[str, Any]) -> bool:
    name = directive.name.value
    if name not in ("skip", "include"):
        return False
    condition = (directive.arguments or ())[0].value  # validation sees to it that there is one
    value = variables.get(condition.name.value) if isinstance(condition, VariableNode) else None
    if isinstance(condition, BooleanValueNode):
        value = condition.value
    return bool(value) is (name == "skip")


def _from_json(body: Any) -> GraphQLRequest:
    if not isinstance(body, dict):
        raise _bad("The body must be a JSON object with a query.")
    query, variables, name = body.get("query"), body.get("variables"), body.get("operationName")
    if not isinstance(query, str):
        raise _bad("The body has no query.")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("variables must be an object.")
    if name is not None and not isinstance(name, str):
        raise _bad("operationName must be text.")
    return GraphQLRequest(query, variables or {}, name)


async def _from_form(request: Request) -> GraphQLRequest:
    form = await request.form()
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if len(files) > 1:
        raise _bad("The form has several files; send one in each request.")
    texts = {key: value for key, value in form.multi_items() if isinstance(value, str)}
    variables = _json(texts["variables"].encode(), "variables") if texts.get("variables") else None
    sent = _from_json({**texts, "variables": variables})
    return GraphQLRequest(sent.query, sent.variables, sent.operation_name, files[0] if files else None)


def _json(content: bytes, what: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        raise _bad(f"{what} is not JSON.") from None


def _bad(message: str) -> BadRequestError:
    return BadRequestError(GraphQLError(message))
