"""Task graphs as an SVG picture, laid out in layers from left to right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout
from grandalf.routing import EdgeViewer

from aiware_resources.dag.drawing import ADDED, CHANGED, REMOVED, Drawing

BOX_HEIGHT = 36
CHARACTER = 7.6
"""Width of a character of the labels, in pixels; a bit more than most take."""
PADDING = 14
LAYER_GAP = 84
"""Between a box and the next one on its right: the label of an arrow fits in."""
ROW_GAP = 28
MARGIN = 24
TITLE_HEIGHT = 30
HALF = "0.35em"
"""How far below the middle of its letters the base line of a text runs."""

STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #1f2933; text-anchor: middle }
    text.title { font-weight: 600; text-anchor: start }
    text.mode { font-size: 11px; fill: #52606d; paint-order: stroke; stroke: #fff; stroke-width: 4px }
    rect { fill: #eef4fb; stroke: #3e6ea8 }
    path.arrow { fill: none; stroke: #52606d; stroke-width: 1.4 }
    #head path { fill: #52606d }
"""

MARK_STYLES = {
    ADDED: "fill: #dafbe1; stroke: #1a7f37",
    CHANGED: "fill: #fff8c5; stroke: #9a6700",
    REMOVED: "fill: #ffebe9; stroke: #cf222e; stroke-dasharray: 4",
}
"""Of marked boxes, in the style of each."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """Where a task stands: its middle and its width, in pixels."""

    x: float
    y: float
    width: float
    label: str
    mark: str = ""


@dataclass(frozen=True)
class Picture:
    """A graph that is laid out, in pixels from its upper left corner."""

    boxes: Sequence[Box]
    arrows: Sequence[tuple[Sequence[Point], str]]
    width: float
    height: float


def svg(drawings: Sequence[Drawing]) -> str:
    """Draws graphs, one below the other; several have their titles above them."""
    titled = len(drawings) > 1
    body: list[str] = []
    top, width = float(MARGIN), 0.0
    for drawing in drawings:
        if titled:
            body.append(f'  <text class="title" x="{MARGIN}" y="{top + 8:g}">{escape(drawing.title)}</text>')
            top += TITLE_HEIGHT
        picture = _laid_out(drawing)
        body += [f'  <g transform="translate({MARGIN} {top:g})">', *_elements(picture), "  </g>"]
        top += picture.height + MARGIN
        width = max(width, picture.width, _width(drawing.title) if titled else 0)
    size = f'width="{width + 2 * MARGIN:g}" height="{top:g}" viewBox="0 0 {width + 2 * MARGIN:g} {top:g}"'
    head = '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
            f"  <style>{STYLE}  </style>",
            f'  <defs>{head}<path d="M0 0 8 4 0 8z"/></marker></defs>',
            '  <rect width="100%" height="100%" style="fill: #fff; stroke: none"/>',
            *body,
            "</svg>\n",
        ]
    )


class _View:
    """A box as the layout sees it: turned by a quarter, since it works from the top down."""

    def __init__(self, label: str) -> None:
        self.w, self.h = BOX_HEIGHT, _width(label)
        self.xy: Point = (0, 0)


def _laid_out(drawing: Drawing) -> Picture:
    vertices = [Vertex(label) for label in drawing.boxes]
    for vertex in vertices:
        vertex.view = _View(vertex.data)
    # The layout knows no arrow from a box to itself, and none twice.
    ends = {(arrow.parent, arrow.child) for arrow in drawing.arrows if arrow.parent != arrow.child}
    edges = {(parent, child): Edge(vertices[parent], vertices[child]) for parent, child in sorted(ends)}
    for edge in edges.values():
        edge.view = EdgeViewer()
    top = 0.0
    shifts: dict[Any, Point] = {}
    for component in Graph(vertices, edges.values()).C:
        _lay_out(component)
        views = [vertex.view for vertex in component.V()]
        left = min(view.xy[1] - view.h / 2 for view in views)
        upper = min(view.xy[0] for view in views) - BOX_HEIGHT / 2
        shifts |= dict.fromkeys(component.V(), (-left, top - upper))
        top += max(view.xy[0] for view in views) + BOX_HEIGHT / 2 - upper + ROW_GAP
    boxes = [_box(vertex, shifts[vertex], drawing.mark(index)) for index, vertex in enumerate(vertices)]
    bends = {key: _bends(edge, shifts[edge.v[0]]) for key, edge in edges.items()}
    arrows = [
        (_way(boxes[arrow.parent], boxes[arrow.child], bends.get((arrow.parent, arrow.child))), arrow.label)
        for arrow in drawing.arrows
    ]
    width = max((box.x + box.width / 2 for box in boxes), default=0)
    return Picture(boxes, arrows, width, max(top - ROW_GAP, 0))


def _lay_out(component: Any) -> None:
    layout = SugiyamaLayout(component)
    layout.xspace, layout.yspace = ROW_GAP, LAYER_GAP
    layout.route_edge = lambda edge, points: None  # the ends of arrows are found here
    layout.init_all()
    layout.draw()


def _box(vertex: Any, shift: Point, mark: str) -> Box:
    y, x = vertex.view.xy
    return Box(x + shift[0], y + shift[1], vertex.view.h, vertex.data, mark)


def _bends(edge: Any, shift: Point) -> list[Point]:
    """Where an arrow has to pass on its way between two boxes, to get around others."""
    return [(x + shift[0], y + shift[1]) for y, x in edge.view._pts[1:-1]]


def _way(parent: Box, child: Box, bends: Sequence[Point] | None) -> list[Point]:
    """From the right side of one box to the left side of another."""
    if bends is None:
        bends = [(parent.x, parent.y - BOX_HEIGHT)]
    # An arrow of a circle goes backwards.
    between = sorted(bends, reverse=parent.x > child.x)
    return [(parent.x + parent.width / 2, parent.y), *between, (child.x - child.width / 2, child.y)]


def _elements(picture: Picture) -> Iterator[str]:
    for way, _ in picture.arrows:
        yield f'    <path class="arrow" marker-end="url(#head)" d="{_curve(way)}"/>'
    for way, label in picture.arrows:
        (x0, y0), (x1, y1) = way[-2:]
        yield f'    <text class="mode" dy="{HALF}" x="{(x0 + x1) / 2:g}" y="{(y0 + y1) / 2:g}">{escape(label)}</text>'
    for box in picture.boxes:
        left, top = box.x - box.width / 2, box.y - BOX_HEIGHT / 2
        style = f' style="{MARK_STYLES[box.mark]}"' if box.mark else ""
        yield f'    <rect x="{left:g}" y="{top:g}" width="{box.width:g}" height="{BOX_HEIGHT}" rx="6"{style}/>'
        yield f'    <text dy="{HALF}" x="{box.x:g}" y="{box.y:g}">{escape(box.label)}</text>'


def _curve(way: Sequence[Point]) -> str:
    """A line through the points that leaves and enters each of them level."""
    path = f"M{way[0][0]:g} {way[0][1]:g}"
    for (x0, y0), (x1, y1) in pairwise(way):
        middle = (x0 + x1) / 2
        path += f" C{middle:g} {y0:g} {middle:g} {y1:g} {x1:g} {y1:g}"
    return path


def _width(label: str) -> float:
    return len(label) * CHARACTER + 2 * PADDING
