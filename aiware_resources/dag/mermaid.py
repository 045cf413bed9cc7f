"""Task graphs as a Mermaid flowchart, which pull requests and wikis draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiware_resources.dag.drawing import ADDED, CHANGED, REMOVED, Drawing

_COLORS = {
    ADDED: "fill:#dafbe1,stroke:#1a7f37,color:#1f2933",
    CHANGED: "fill:#fff8c5,stroke:#9a6700,color:#1f2933",
    REMOVED: "fill:#ffebe9,stroke:#cf222e,color:#1f2933,stroke-dasharray:4",
}
"""Of marked boxes."""


def mermaid(drawings: Sequence[Drawing]) -> str:
    """Draws graphs: one by itself, several each in a frame with its title."""
    lines = ["flowchart LR"]
    for number, drawing in enumerate(drawings):
        if len(drawings) == 1:
            lines += _lines(drawing, "t")
        else:
            lines += [f'    subgraph g{number}["{_escaped(drawing.title)}"]']
            lines += [f"    {line}" for line in _lines(drawing, f"g{number}t")]
            lines += ["    end"]
    marks = {mark for drawing in drawings for mark in drawing.marks}
    lines += [f"    classDef {mark} {colors}" for mark, colors in _COLORS.items() if mark in marks]
    return "\n".join(lines) + "\n"


def _lines(drawing: Drawing, prefix: str) -> Iterator[str]:
    for index, box in enumerate(drawing.boxes):
        mark = drawing.mark(index)
        yield f'    {prefix}{index}["{_escaped(box)}"]{f":::{mark}" if mark else ""}'
    for arrow in drawing.arrows:
        yield f"    {prefix}{arrow.parent} -->|{_escaped(arrow.label)}| {prefix}{arrow.child}"


def _escaped(label: str) -> str:
    return label.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
