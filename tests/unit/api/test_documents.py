"""Every document is valid against the schema, and declares variables only of types that aiWARE has published."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path

import graphql
import pytest

from aiware_resources.api import cloud
from aiware_resources.api.cloud.graphql import Lookup, Operation
from aiware_resources.api.cloud.login import USER_LOGIN
from aiware_resources.api.failures import Kind

SDL = (Path(__file__).parents[3] / "aiware_local" / "server" / "schema.graphql").read_text()
SCHEMA = graphql.build_schema(SDL)
MODULES = [import_module(f"{cloud.__name__}.{module.name}") for module in pkgutil.iter_modules(cloud.__path__)]
DOCUMENTS = {name: value for module in MODULES for name, value in vars(module).items()}
OPERATIONS = {name: value for name, value in DOCUMENTS.items() if isinstance(value, Operation)}
LOOKUPS = {name: value for name, value in DOCUMENTS.items() if isinstance(value, Lookup)}
TEXTS = {name: operation.text for name, operation in OPERATIONS.items()} | {
    f"{name}-{count}": lookup.text(count) for name, lookup in LOOKUPS.items() for count in (1, 50)
}
# Descriptions and comments say which type names no source of aiWARE's spells out, and which fields are guesses.
ASSUMED = set(re.findall(r"Name assumed\.[^\n]*\n(?:#[^\n]*\n)*(?:\"[^\n]*\n)?(?:type|input|enum) (\w+)", SDL))
UNCERTAIN = {"IOFolder.options", "Route.options"}


def parsed(name: str) -> graphql.OperationDefinitionNode:
    document = graphql.parse(TEXTS[name])
    (operation,) = (node for node in document.definitions if isinstance(node, graphql.OperationDefinitionNode))
    return operation


@pytest.mark.parametrize("name", TEXTS)
def test_documents_are_valid(name: str) -> None:
    assert graphql.validate(SCHEMA, graphql.parse(TEXTS[name])) == []


@pytest.mark.parametrize("name", TEXTS)
def test_variables_are_of_published_types(name: str) -> None:
    for definition in parsed(name).variable_definitions or ():
        assert graphql.print_ast(definition.type).strip("[]!") not in ASSUMED


def test_the_schema_tells_which_type_names_are_assumed() -> None:
    assert {"CreateIOFolder", "CreateRoute", "IOFolderMode", "Route"} <= ASSUMED


@pytest.mark.parametrize("name", TEXTS)
def test_no_document_depends_on_a_field_that_may_not_exist(name: str) -> None:
    info = graphql.TypeInfo(SCHEMA)
    used: set[str] = set()

    class Collect(graphql.Visitor):
        def enter_field(self, node: graphql.FieldNode, *_: object) -> None:
            parent = info.get_parent_type()
            used.add(f"{parent.name if parent else None}.{node.name.value}")

    graphql.visit(graphql.parse(TEXTS[name]), graphql.TypeInfoVisitor(info, Collect()))
    assert used
    assert not used & UNCERTAIN


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_knows_its_root_field_and_its_kind(name: str) -> None:
    operation, node = OPERATIONS[name], parsed(name)
    (root,) = node.selection_set.selections
    assert isinstance(root, graphql.FieldNode)
    assert root.name.value == operation.field
    mutation = node.operation is graphql.OperationType.MUTATION
    assert mutation == (operation.kind is Kind.MUTATION) or operation is USER_LOGIN


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_lookup_asks_for_each_id_by_a_variable_of_its_own(name: str) -> None:
    lookup = LOOKUPS[name]
    assert lookup.variables(["a", "b"]) == {"id0": "a", "id1": "b"}
    assert "object0: " in lookup.text(2)
    assert "object1: " in lookup.text(2)
