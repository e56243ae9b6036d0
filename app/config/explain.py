"""Pydantic's errors in our words: where it stands, what to write, what was probably meant."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.config.document import Config
from app.config.errors import MOST, ConfigProblem
from app.config.nearest import did_you_mean
from app.config.reading import Document, Path

_WORDS = {
    "missing": "is missing",
    "string_type": "must be text: put it in quotes",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
    "model_attributes_type": "must hold keys and values",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "union_tag_not_found": "needs a `kind`",
}


def explain(error: ValidationError, document: Document) -> list[ConfigProblem]:
    """Every mistake that pydantic found, each with its line."""
    found = error.errors(include_url=False)[:MOST]
    # A list whose only item is wrong is empty for pydantic: that is said already.
    above = {each["loc"][:length] for each in found for length in range(len(each["loc"]))}
    return [
        document.problem(_path(each, document.raw), _said(each))
        for each in found
        if each["type"] != "too_short" or each["loc"] not in above
    ]


def _said(error: ErrorDetails) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"])
    if kind == "literal_error":
        return _one_of(error["input"], context["expected"])
    if kind == "union_tag_invalid":
        expected = context["expected_tags"]
        return f"there is no such kind.{did_you_mean(context['tag'], _quoted(expected))}"
    if kind in _WORDS:
        return _WORDS[kind]
    return error["msg"].replace("Input should be", "must be").replace("String should", "must")


def _one_of(given: object, expected: str) -> str:
    return f"must be {expected.replace(chr(39), '')}.{did_you_mean(given, _quoted(expected))}"


def _quoted(expected: str) -> list[str]:
    """The words in quotes of a list such as `'a', 'b' or 'c'`."""
    return expected.split("'")[1::2]


def _unknown_key(loc: Path) -> str:
    known = sorted({name for model in _models_at(loc[:-1]) for name in _keys_of(model)})
    return f"unknown key.{did_you_mean(loc[-1], known)}" + (
        f" Keys here are {', '.join(known)}." if known else ""
    )


def _keys_of(model: type[BaseModel]) -> dict[str, Any]:
    return {each.alias or name: each.annotation for name, each in model.model_fields.items()}


def _models_at(loc: Path) -> set[type[BaseModel]]:
    """Which parts of the document may stand at `loc`, a path as pydantic gives it."""
    models: set[type[BaseModel]] = {Config}
    for part in loc:
        tagged = {model for model in models if part in _kinds_of(model)}
        under = [keys[str(part)] for keys in map(_keys_of, models) if str(part) in keys]
        if tagged:
            models = tagged
        elif under:
            models = {model for annotation in under for model in _models_in(annotation)}
    return models


def _kinds_of(model: type[BaseModel]) -> tuple[Any, ...]:
    field = model.model_fields.get("kind")
    return get_args(field.annotation) if field else ()


def _models_in(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    if getattr(annotation, "__origin__", None) is Literal:
        return set()
    return {model for each in get_args(annotation) for model in _models_in(each)}


def _path(error: ErrorDetails, raw: Any) -> Path:
    """Pydantic's path without what does not stand in the document, such as union tags."""
    path: list[str | int] = []
    here: Any = raw
    for before, part in zip(("", *error["loc"]), error["loc"], strict=False):
        dotted = f"{before}.{part}"
        if isinstance(here, Mapping) and dotted in here:
            # `extra.beds` is one key of the document, and two of its parts.
            path.append(dotted)
            here = here[dotted]
            continue
        if isinstance(here, Mapping) and part in here:
            here = here[str(part)]
        elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            continue
        path.append(part)
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    if error["type"] == "union_tag_invalid":
        path.append("kind")
    return tuple(path)
