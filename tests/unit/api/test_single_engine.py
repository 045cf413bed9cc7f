"""The document of `launchSingleEngineJob`, which grows with the fields of the template."""

from __future__ import annotations

from pathlib import Path

import graphql
import pytest

from aiware_resources.api.cloud.jobs import launch_single_engine_job

SCHEMA = graphql.build_schema((Path(__file__).parents[3] / "aiware_local" / "server" / "schema.graphql").read_text())


@pytest.mark.parametrize("count", [0, 1, 3])
def test_it_is_valid_and_names_no_type_that_aiware_has_not_published(count: int) -> None:
    document = graphql.parse(launch_single_engine_job(count).text)
    assert graphql.validate(SCHEMA, document) == []
    (operation, *_) = document.definitions
    assert isinstance(operation, graphql.OperationDefinitionNode)
    declared = [graphql.print_ast(each.type).strip("!") for each in operation.variable_definitions or ()]
    assert declared == ["ID", "String", "ID", *["String"] * 2 * count]
