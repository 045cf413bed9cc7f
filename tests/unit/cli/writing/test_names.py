"""Names made of what objects are called."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aiware_resources.cli.writing.names import LONGEST, RESERVED, Names, variable, words


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("pipelines-prod", "cluster", "pipelines_prod_cluster"),
        ("prod cluster", "cluster", "prod_cluster"),
        ("Cluster", "cluster", "cluster"),
        ("2nd floor", "tdo", "tdo_2nd_floor"),
        ("460907869", "tdo", "tdo_460907869"),
        ("Stadtrat (Köln)", "tdo", "stadtrat_köln_tdo"),
        ("市议会", "tdo", "市议会_tdo"),
        ("مجلس المدينة", "tdo", "مجلس_المدينة_tdo"),
        ("ﬁnal ｃｕｔ", "job", "final_cut_job"),
        ("🎬 -- 🎬", "job", "job"),
        ("", "export", "export"),
        ("class", "job", "class_job"),
        ("a" * 300, "job", "a" * 60 + "_job"),
    ],
)
def test_a_variable_says_what_it_is(text: str, kind: str, name: str) -> None:
    assert variable(text, kind) == name


@example("0" * 60, "cluster")
@given(st.text(), st.sampled_from(["cluster", "tdo", "job", "export"]))
def test_every_text_gives_a_legal_name(text: str, kind: str) -> None:
    name = variable(text, kind)
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    # Python compares names in this form: two that it takes for one must not look like two here.
    assert words(name) == name[:LONGEST].rstrip("_")


def test_a_name_is_given_once() -> None:
    names = Names({*RESERVED, "config"})
    assert [names.unique(each, "_") for each in ("a", "a", "a_2", "a", "config", "list", "class")] == [
        "a",
        "a_2",
        "a_2_2",
        "a_3",
        "config_2",
        "list_2",
        "class_2",
    ]
