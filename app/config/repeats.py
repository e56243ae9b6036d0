"""Names that must be given only once."""

from collections.abc import Iterator
from typing import Any

from app.config.errors import ConfigProblem
from app.config.reading import Document, Path
from app.config.references import leaves

ONCE = (
    "agents.*.id",
    "routing.rules.*.name",
    "sla.*.name",
    "sla.*.steps.*.name",
    "auto_responses.*.name",
    "follow_up_plans.*.name",
    "webhooks.*.name",
    "teams.*.members",
)
"""Each name once within its list."""


def check_repeats(document: Document, filled: Any) -> Iterator[ConfigProblem]:
    """Every second use of a name, with the line of the first."""
    for pattern in ONCE:
        seen: dict[tuple[Path, str], Path] = {}
        for path, name in leaves(filled, pattern):
            key = (_list_of(path), name)
            if key not in seen:
                seen[key] = path
                continue
            first = document.problem(seen[key], "").line
            where = f" on line {first}" if first else ""
            yield document.problem(path, f"this was given already{where}: names are unique")


def _list_of(path: Path) -> Path:
    """The list in which the name, or the thing that has it, stands."""
    return path[:-1] if isinstance(path[-1], int) else path[:-2]
