"""Forms as browsers and plug-ins send them: urlencoded, with repeated and nested names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes

from app.domain.errors import Unreadable
from app.sources.bodies.json import read_object

MAX_FIELDS = 1000

CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "utf-16": "utf-16",
}
"""Encodings a form may claim. The rest is not asked for: a stranger must not choose codecs."""

_ASCII = bytes(range(128))
_CHARSET = re.compile(rb"(?:^|&)_charset_=([A-Za-z0-9-]{1,40})(?:&|$)")
"""The field in which a browser names the encoding of the form, if the form asks for it."""


def read_form(body: bytes) -> dict[str, Any]:
    """The fields by name; a repeated one has a list. Raises `Unreadable`: too many."""
    # Some senders leave letters beyond ASCII unescaped: they are escaped for them.
    text = quote_from_bytes(body, safe=_ASCII)
    named = _CHARSET.search(body)
    charset = CODECS.get(named[1].decode().lower(), "utf-8") if named else "utf-8"
    try:
        pairs = _pairs(text, charset, errors="strict")
    except UnicodeDecodeError:
        pairs = _pairs(text, "cp1252", errors="replace")
    return gathered(pairs)


def read_json_form(body: bytes) -> dict[str, Any]:
    """A form sent as a JSON object, flattened. Raises `Unreadable`: no object, too many."""
    return flattened(read_object(body))


def flattened(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a JSON object under flat names. Raises `Unreadable`: too many."""
    pairs = list(islice(_flattened(document), MAX_FIELDS + 1))
    if len(pairs) > MAX_FIELDS:
        raise _too_many()
    return gathered(pairs)


def gathered(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Pairs by name. What stands there twice is a list, as sent."""
    fields: dict[str, list[Any]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: all_[0] if len(all_) == 1 else all_ for name, all_ in fields.items()}


def decoded(value: bytes, charset: str = "utf-8") -> str:
    """Text in the encoding it claims, or else as old Windows forms wrote it."""
    try:
        return value.decode(CODECS.get(charset.strip().lower(), "utf-8"))
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def _flattened(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """A JSON form as if it had come from a browser: `{"a": {"b": 1}}` is `a.b`.

    A list of `{"name": …, "value": …}` is read as the fields that it describes.
    """
    for name, value in document.items():
        yield from _flat(f"{prefix}{name}", value)


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from _flattened(value, prefix=f"{name}.")
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for position, each in enumerate(value):
            yield from _described(name, each) or _flat(f"{name}.{position}", each)
    else:
        yield name, value


def _described(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping) or "value" not in value:
        return []
    for key in ("name", "id", "key", "field", "label", "title"):
        label = value.get(key)
        if isinstance(label, str) and label:
            return list(_flat(f"{name}.{label}", value["value"]))
    return []


def _pairs(text: str, encoding: str, *, errors: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text,
            keep_blank_values=True,
            encoding=encoding,
            errors=errors,
            max_num_fields=MAX_FIELDS,
        )
    except UnicodeDecodeError:
        raise
    except ValueError as error:
        raise _too_many() from error


def _too_many() -> Unreadable:
    return Unreadable(f"This form has more than {MAX_FIELDS} fields")
