"""Which parts of a document are secret, and a document in which they are hidden."""

from collections.abc import Iterator, Mapping
from functools import cache
from re import compile as compile_pattern
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from app.config.document import Config

HIDDEN = "(secret)"

_VARIABLE = compile_pattern(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")
"""Nothing but the name of a variable. A default would be a secret that is written down."""


def masked(value: Any, path: tuple[str, ...] = ()) -> Any:
    """What stands at `path` in a document, with all that is secret in it hidden.

    Whatever a section calls a secret is one in every section: rather one address too many
    is hidden than one password shown.
    """
    if secret_keys().intersection(path):
        return _hidden(value)
    if isinstance(value, Mapping):
        return {key: masked(each, (str(key),)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each) for each in value]
    return value


def _hidden(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _hidden(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_hidden(each) for each in value]
    if value is None or (isinstance(value, str) and _VARIABLE.fullmatch(value)):
        return value
    return HIDDEN


@cache
def secret_keys() -> frozenset[str]:
    """Every key of the document beneath which something secret may stand."""
    # Headers prove who calls as well as a password does, though they may be shown in logs.
    return frozenset({*_keys(Config, set()), "headers"})


def _keys(model: type[BaseModel], seen: set[type]) -> Iterator[str]:
    if model in seen:
        return
    seen.add(model)
    for name, field in model.model_fields.items():
        for kind in _kinds(field.annotation):
            if kind is SecretStr:
                yield field.alias or name
            elif issubclass(kind, BaseModel):
                yield from _keys(kind, seen)


def _kinds(annotation: Any) -> Iterator[type]:
    """All types that an annotation is made of."""
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from _kinds(each)
