"""The archives in a stack's file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from configuration import Archive, Configuration

TALKS = {"name": "talks", "media": "s3://media/talks"}


def problems(**values: Any) -> list[str]:
    known = Configuration.model_validate(values)
    found = Configuration.problems_together({key: getattr(known, key) for key in values})
    return [problem.reason for problem in found]


def test_filters_are_the_arguments_of_a_listing() -> None:
    archive = Archive.model_validate({**TALKS, "pattern": ["*.mp4"], "minAge": 90, "mostNew": 5})
    assert archive.filters() == {
        "pattern": ["*.mp4"],
        "min_size": 1,
        "max_size": None,
        "min_age": timedelta(seconds=90),
        "most_new": 5,
        "allow_empty": False,
        "shards": None,
    }
    with pytest.raises(ValidationError, match="mostNew"):
        Archive.model_validate({**TALKS, "mostNew": 0})


def test_an_archive_has_a_name_and_a_folder_of_its_own() -> None:
    assert problems(archives=[TALKS], recordings=[{"name": "a", "url": "b"}]) == []
    assert problems(archives=[TALKS], recordings=[{"name": "Talks", "url": "b"}]) == [
        "is the name of the recording Talks too: rename one"
    ]
    assert problems(archives=[TALKS], documents=[{"name": "talks", "url": "b"}]) == [
        "is the name of the document talks too: rename one"
    ]
    assert problems(archives=[{**TALKS, "name": "a.vtt"}], recordings=[{"name": "a", "url": "b"}]) == [
        "is a folder where the file a.vtt of a recording goes"
    ]
