"""The root types, to which each entity's module adds its fields."""

from __future__ import annotations

from ariadne import MutationType, QueryType

QUERY = QueryType()
MUTATION = MutationType()
