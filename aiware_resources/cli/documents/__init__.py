"""Jobs that people have written down: in JSON, YAML, GraphQL documents, requests of aiWARE Edge, and programs.

One reader, which `aiware validate`, `aiware dag` and `aiware convert` share.
"""

from __future__ import annotations

from aiware_resources.cli.documents.checking import problems_of, warnings_of
from aiware_resources.cli.documents.files import Wanted, documents
from aiware_resources.cli.documents.found import Document, FoundJob, FoundProblem, Kind, NotReadable
from aiware_resources.cli.documents.places import Position

__all__ = [
    "Document",
    "FoundJob",
    "FoundProblem",
    "Kind",
    "NotReadable",
    "Position",
    "Wanted",
    "documents",
    "problems_of",
    "warnings_of",
]
