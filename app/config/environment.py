"""`${NAME}` and `${NAME:-default}`: values that come from the environment.

A variable that is empty counts as unset, as with `:-` in a shell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from re import compile as compile_pattern
from typing import Any

from app.config.reading import DEEPEST, Path
from app.config.secret import UNSET

_VARIABLE = compile_pattern(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_MALFORMED = compile_pattern(r"\$\{(?!\{)")
"""What looks like a variable and is none; `${{ price }}` is a dollar sign before Jinja."""


@dataclass(slots=True)
class Filled:
    """A document with its variables filled in."""

    raw: Any = None
    """`UNSET` stands where variables are not set."""
    unset: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    """Where variables are not set, and which."""
    wrong: dict[Path, str] = field(default_factory=dict)
    """Where something cannot be filled in, and why."""


def fill(raw: Any, environ: Mapping[str, str]) -> Filled:
    """Fill in every text of a document. Never raises: what is wrong is in the result."""
    filled = Filled()
    filled.raw = _fill(raw, (), environ, filled)
    return filled


def _fill(value: Any, path: Path, environ: Mapping[str, str], filled: Filled) -> Any:
    if len(path) > DEEPEST:
        filled.wrong[path[:3]] = f"this is nested more than {DEEPEST} levels deep"
        return None
    if isinstance(value, Mapping):
        return {
            str(key): _fill(each, (*path, str(key)), environ, filled) for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_fill(each, (*path, at), environ, filled) for at, each in enumerate(value)]
    if isinstance(value, str) and "${" in value:
        return _fill_text(value, path, environ, filled)
    return value


def _fill_text(text: str, path: Path, environ: Mapping[str, str], filled: Filled) -> Any:
    missing: list[str] = []
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        value = environ.get(found[1]) or found[2] or ""
        if not value:
            missing.append(found[1])
        parts += [text[end : found.start()], value]
        end = found.end()
    parts.append(text[end:])
    if any(_MALFORMED.search(part) for part in parts[::2]):
        filled.wrong[path] = "write variables as ${NAME} or ${NAME:-default}: letters, digits, _"
    if missing:
        filled.unset[path] = tuple(dict.fromkeys(missing))
        return UNSET
    return "".join(parts)
