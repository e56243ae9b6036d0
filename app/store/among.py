"""Whether a text is among those of a stored list: the one thing that is searched in JSON."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _Among(FunctionElement[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True


def among(text: ColumnElement[Any], listed: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether `text` is one of the texts in the JSON array `listed`. False where that is NULL."""
    return _Among(text, listed)


@compiles(_Among, "sqlite")
def _on_sqlite(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    text, listed = (compiler.process(each, **more) for each in element.clauses)
    elements = f"json_each({listed}) AS one"
    return _exists(elements, text)


@compiles(_Among, "postgresql")
def _on_postgresql(element: _Among, compiler: SQLCompiler, **more: Any) -> str:
    text, listed = (compiler.process(each, **more) for each in element.clauses)
    elements = f"json_array_elements_text({listed}) AS one(value)"
    return _exists(elements, text)


def _exists(elements: str, text: str) -> str:
    # Both are what the compiler made of columns and parameters.
    return f"EXISTS (SELECT 1 FROM {elements} WHERE one.value = {text})"  # noqa: S608
