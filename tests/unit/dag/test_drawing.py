"""Task graphs as pictures."""

from __future__ import annotations

import itertools
import re
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiware_resources import pipelines
from aiware_resources.dag import Dag, adapter, engine, playback
from aiware_resources.dag.drawing import Arrow, Drawing, draw
from aiware_resources.dag.mermaid import mermaid
from aiware_resources.dag.model import Route, Task
from aiware_resources.dag.svg import BOX_HEIGHT, svg
from aiware_resources.reconcile.naming import api_properties

NAMESPACE = "{http://www.w3.org/2000/svg}"


def drawn(graph: Dag, title: str = "") -> Drawing:
    tasks = [api_properties(Task, task) for task in graph.tasks]
    return draw(tasks, [api_properties(Route, route) for route in graph.routes], title)


def parsed(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 - our own picture


def boxes(picture: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each task in a picture of one graph."""
    group = parsed(picture).find(f"{NAMESPACE}g")
    assert group is not None
    places = [
        [float(rect.attrib[key]) for key in ("x", "y", "width", "height")] for rect in group.iter(f"{NAMESPACE}rect")
    ]
    return [(x, y, x + width, y + height) for x, y, width, height in places]


def test_boxes_and_arrows() -> None:
    graph = drawn(Dag(adapter("u") >> [playback(), engine("mine")]), "talk")
    assert graph == Drawing(
        ("Webstream Adapter", "Playback", "mine"), (Arrow(0, 1, "stream"), Arrow(0, 2, "stream")), "talk"
    )


@pytest.mark.parametrize(
    ("tasks", "routes", "expected"),
    [
        (None, None, Drawing((), ())),
        ([{}], [], Drawing(("?",), ())),
        ([None, {"engineId": None}, {"taskType": "old"}], None, Drawing(("?", "?", "old"), (Arrow(1, 2, "then"),))),
        ([{"engineId": "a", "ioFolders": None}], [{}, None], Drawing(("a",), (), "", (0, 1))),
    ],
)  # fmt: skip
def test_what_is_not_known_is_drawn_as_far_as_it_goes(tasks: Any, routes: Any, expected: Drawing) -> None:
    assert draw(tasks, routes) == expected


def test_several_graphs_stand_in_frames() -> None:
    one, other = Drawing(("a", "b"), (Arrow(0, 1, "chunk"),), "first"), Drawing(("c",), (), 'a "quoted" <b>')
    assert mermaid([one, other]) == (
        "flowchart LR\n"
        '    subgraph g0["first"]\n'
        '        g0t0["a"]\n'
        '        g0t1["b"]\n'
        "        g0t0 -->|chunk| g0t1\n"
        "    end\n"
        '    subgraph g1["a #quot;quoted#quot; #lt;b#gt;"]\n'
        '        g1t0["c"]\n'
        "    end\n"
    )


def test_the_picture_is_xml_with_a_box_a_task_and_an_arrow_a_route() -> None:
    picture = svg([drawn(pipelines.transcription("u"))])
    root = parsed(picture)
    labels = [text.text for text in root.iter(f"{NAMESPACE}text") if "class" not in text.attrib]
    assert labels == ["Webstream Adapter", "Playback", "Chunk", "Speechmatics Transcription", "Output Writer"]
    assert len([path for path in root.iter(f"{NAMESPACE}path") if path.get("class") == "arrow"]) == 4
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(
        0 <= left < right <= width and 0 <= top < bottom <= height for left, top, right, bottom in boxes(picture)
    )


def test_arrows_go_from_left_to_right() -> None:
    graph = drawn(pipelines.transcription("u"))
    places = boxes(svg([graph]))
    assert all(places[arrow.parent][2] < places[arrow.child][0] for arrow in graph.arrows)
    starts = re.findall(r'class="arrow".* d="M([\d.]+) ([\d.]+)', svg([graph]))
    assert (float(starts[0][0]), float(starts[0][1])) == (places[0][2], places[0][1] + BOX_HEIGHT / 2)


def test_titles_are_text() -> None:
    picture = svg([Drawing(("a",), (), "<b>&"), Drawing((), (), "empty")])
    titles = [text.text for text in parsed(picture).iter(f"{NAMESPACE}text") if text.get("class") == "title"]
    assert titles == ["<b>&", "empty"]


@given(st.integers(1, 7).flatmap(lambda count: st.tuples(
    st.just(count), st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=12)
)))  # fmt: skip
def test_no_two_tasks_overlap_whatever_the_graph(graph: tuple[int, list[tuple[int, int]]]) -> None:
    count, edges = graph
    labels = tuple(f"engine {'x' * number}" for number in range(count))
    places = boxes(svg([Drawing(labels, tuple(Arrow(parent, child, "chunk") for parent, child in edges))]))
    assert len(places) == count
    for one, other in itertools.combinations(places, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
