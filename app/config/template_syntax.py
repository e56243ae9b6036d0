"""Whether templates can be read as Jinja. Nothing is rendered here."""

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, TemplateSyntaxError

from app.config.errors import ConfigProblem
from app.config.reading import Document
from app.config.references import leaves

_JINJA = Environment(autoescape=True)


def check_templates(document: Document, filled: Any) -> Iterator[ConfigProblem]:
    """Every template that is no Jinja, and why."""
    for pattern in ("templates.*", "templates.*.subject", "templates.*.body"):
        for path, text in leaves(filled, pattern):
            try:
                _JINJA.parse(text)
            except (TemplateSyntaxError, RecursionError) as error:
                why = error.message if isinstance(error, TemplateSyntaxError) else "nested too deep"
                yield document.problem(path, f"this template is not right: {why}")
