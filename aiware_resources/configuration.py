"""The parts of a project's `configuration.py`: a model of the project's own keys in the files of its stacks.

```python
from aiware_resources.configuration import ConfigurationModel, Name, StackConfiguration


class Recording(ConfigurationModel):
    name: Name
    url: str


class Configuration(StackConfiguration):
    recordings: list[Recording] = []
```

The program reads `Configuration.of_stack()`, which ends the run before anything is created when a key is wrong. `aiware
stacks check` finds the class by its name, and checks the file of each stack by it. In a file, keys are spelled as in
aiWARE: `tdo_id` is `tdoId`. Types and validators are those of pydantic; the types of this module do what the resources
do with the same values.
"""

from __future__ import annotations

from typing import Annotated, Any, Self

import pulumi
from pulumi.runtime.config import is_config_secret
from pydantic import AfterValidator, BeforeValidator, Field

from aiware_resources.cluster import ClusterState
from aiware_resources.exports.formats import Extension
from aiware_resources.reconcile import ApiModel as ConfigurationModel
from aiware_resources.reconcile import Identifier, Name, Problem, Schema, path_text
from aiware_resources.reconcile.policies import CleanupOption, TdoPolicy
from aiware_resources.reconcile.values import parse_size
from aiware_resources.stacks.own_keys import plain_secret_sentence, plain_secrets
from aiware_resources.tdos.content import span_problems
from aiware_resources.text.times import parse_time

__all__ = [
    "CleanupOption",
    "ClusterArguments",
    "ConfigurationModel",
    "Extension",
    "Identifier",
    "Name",
    "Problem",
    "Size",
    "StackConfiguration",
    "TdoPolicy",
    "Time",
    "check_span",
]


def _time(value: Any) -> str | int:
    point = parse_time(value)
    is_iso = isinstance(value, str) and "T" in value
    return value if is_iso or isinstance(value, int) else point.isoformat()


def _size(value: Any) -> Any:
    parse_size(value)
    return value


Time = Annotated[str | int, BeforeValidator(_time)]
"""A time, as a resource takes it: what YAML makes of one without quotes becomes ISO text, all else stays as it is."""

Size = Annotated[Any, AfterValidator(_size)]
"""A size, such as `20gb`; it stays as the file has it, and a preview shows it so."""


def check_span(start: str | int, stop: str | int) -> None:
    """Checks that a TDO can have a time span.

    Args:
        start: When it starts.
        stop: When it ends.

    Raises:
        ValueError: It ends before it starts, or is longer than aiWARE takes.
    """
    for problem in span_problems(parse_time(start), parse_time(stop), ()):
        raise ValueError(f"stop {problem.reason}")


class ClusterArguments(ClusterState):
    """The arguments of `Cluster` in a stack's file, under aiWARE's own names."""

    docker_credentials: dict[str, Any] = Field(default_factory=dict)
    memory_size: Size = None
    storage_size: Size = None

    def given(self) -> dict[str, Any]:
        """Returns what the stack gives, under Python's names: `Cluster("cluster", **arguments.given())`."""
        return self.model_dump(exclude_unset=True)


class StackConfiguration(ConfigurationModel):
    """Base of a project's `Configuration`: its fields are the project's keys in a stack's file.

    Override `problems_together` to report what is wrong with several keys together.
    """

    @classmethod
    def of_stack(cls) -> Self:
        """Reads the configuration of the stack that runs.

        Raises:
            pulumi.RunError: Listing what is wrong with it.
        """
        config = pulumi.Config()
        given = {key: config.get_object(key) for key in cls.model_fields}
        known = {key: value for key, value in given.items() if value is not None}
        _, problems = Schema(cls).validate(known, frozenset())
        # Pulumi does not show which part of a key that holds a secret is one.
        plain = {key: value for key, value in known.items() if not is_config_secret(config.full_key(key))}
        problems += [Problem(path, plain_secret_sentence(config.name, path)) for path in plain_secrets(plain)]
        if problems:
            wrong = [f"- {config.name}:{path_text(problem.path)} {problem.sentence}" for problem in problems]
            raise pulumi.RunError("\n".join(["The configuration of this stack cannot be used:", *wrong]))
        return cls.model_validate(known)
