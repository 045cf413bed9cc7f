"""What the store keeps: JSON objects whose keys are the API's own field names.

Keys that start with an underscore are the server's own notes and never leave it.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]
