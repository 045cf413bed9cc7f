"""The schema: every root field does something, and enums agree with it."""

from __future__ import annotations

import pytest
from graphql import GraphQLEnumType, GraphQLError, GraphQLObjectType, build_schema

from aiware_local.installation.errors import FailureReason
from aiware_local.installation.installation import MUTATION, QUERY
from aiware_local.server.schema import load_schema, schema_text


def _root_fields() -> list[tuple[str, str]]:
    schema = build_schema(schema_text())
    roots = [root for root in (schema.query_type, schema.mutation_type) if root is not None]
    return [(root.name, name) for root in roots for name in root.fields]


@pytest.mark.parametrize(("root", "field"), _root_fields())
def test_root_field_has_a_resolver_of_its_own(root: str, field: str) -> None:
    resolvers = {"Query": QUERY, "Mutation": MUTATION}[root]._resolvers
    assert field in resolvers
    assert resolvers[field].__module__.startswith("aiware_local.")


def test_failure_reasons_are_those_of_the_schema() -> None:
    reasons = load_schema().type_map["TaskFailureReason"]
    assert isinstance(reasons, GraphQLEnumType)
    assert list(reasons.values) == [reason.value for reason in FailureReason]


@pytest.mark.parametrize("name", ["cluster", "exportRequest"])
def test_fields_that_cannot_be_null(name: str) -> None:
    query = load_schema().query_type
    assert isinstance(query, GraphQLObjectType)
    assert str(query.fields[name].type).endswith("!")


def test_wrong_schema_is_noticed() -> None:
    with pytest.raises(GraphQLError):
        build_schema(schema_text() + "\ntype {")
