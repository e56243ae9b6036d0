"""JSON from strangers: read strictly first, then as leniently as is safe."""

import json
from collections.abc import Iterable
from typing import Any

import orjson

from app.domain.errors import Unreadable

MAX_DEPTH = 32
"""Lists in objects in lists. The deepest known provider has six."""


def read_object(body: bytes, *, where: str = "byte") -> dict[str, Any]:
    """The JSON object in `body`.

    Raises `Unreadable`: no JSON, no object, or nested more than `MAX_DEPTH` deep. `where`
    is put before the byte offset, for JSON that was found inside something else.
    """
    document = read_json(body, where=where)
    if not isinstance(document, dict):
        raise Unreadable("This is JSON, but no object", f"{where} 0")
    return document


def read_json(body: bytes, *, where: str = "byte") -> Any:
    """Any JSON value in `body`. Raises `Unreadable` like `read_object`."""
    document = _parsed(body, where)
    # Fewer brackets than the limit cannot be nested deeper than it.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_too_deep(document):
        raise Unreadable(f"This JSON is nested more than {MAX_DEPTH} deep", f"{where} 0")
    return document


def _parsed(body: bytes, where: str) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        offset = _byte_offset(body, error.pos)
    try:
        return _leniently_parsed(body)
    except (ValueError, RecursionError):
        # The parser's own error holds the whole document, and must not travel on.
        raise Unreadable("This is not JSON", f"{where} {offset}") from None


def _leniently_parsed(body: bytes) -> Any:
    """Read what hand-made senders write: a byte order mark, Latin-1, raw line breaks, NaN.

    None of that is worth losing a lead for.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")
    return json.loads(text, strict=False, parse_constant=_nothing)


def _nothing(_name: str) -> None:
    """NaN and Infinity are no numbers that anybody could store."""


def _byte_offset(body: bytes, characters: int) -> int:
    """The parser counts characters; who looks at the raw body counts bytes."""
    return len(
        body.decode("utf-8", "surrogateescape")[:characters].encode("utf-8", "surrogateescape")
    )


def _is_too_deep(document: Any) -> bool:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for each in level for inner in _members(each)]
        if not level:
            return False
    return True


def _members(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
