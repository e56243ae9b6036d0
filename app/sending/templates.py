"""The firm's own words, filled in: a template and what is known about a lead → a text.

Templates are Jinja's, cut down to what a letter needs: fields, filters, conditions and
single loops. What is left cannot run code, and is done within milliseconds: the size of
a template bounds the work, because loops do not nest, `range` ends at 1,000, nothing can
be assigned, and multiplying works on numbers only.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from jinja2 import ChainableUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.domain.errors import Invalid
from app.sending import plain

LONGEST_TEMPLATE = 20_000
LONGEST_TEXT = 20_000
"""Characters. What a template renders beyond this is cut off."""
LONGEST_RANGE = 1_000
_LARGEST_NUMBER = 10**15

_FILTERS = (
    *("default", "d", "capitalize", "lower", "title", "trim", "truncate", "upper", "wordcount"),
    *("abs", "float", "int", "round", "first", "join", "last", "length"),
)
_PARTS = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For),
    *(nodes.Name, nodes.Const, nodes.List, nodes.Tuple, nodes.Slice, nodes.Keyword),
    *(nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.CondExpr, nodes.Concat),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Call),
)


@dataclass(eq=False)
class TemplateBroken(Invalid):
    """A template of the config cannot be rendered."""

    why: str
    line: int | None = None

    def __str__(self) -> str:
        return self.why if self.line is None else f"{self.why} (line {self.line})"


def render(source: str, context: Mapping[str, Any]) -> str:
    """Fill `source` in. A field that is not there, or is empty, renders as nothing.

    `default('x')` takes the place of such a field. Raises `TemplateBroken`, and nothing
    else: for a template that makes no sense, or that expects a number where a text is.
    """
    template = _compiled(source)
    try:
        return _start_of(template.generate(_plain(context)))
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        # The error itself may quote the lead, so that only its kind is passed on.
        raise TemplateBroken(f"it cannot be filled in ({type(error).__name__})") from error


def check(source: str) -> None:
    """Raise `TemplateBroken` for a template that could never be rendered."""
    _compiled(source)


def as_html(text: str) -> str:
    """The HTML twin of a text: every character is text, paragraphs and lines stay.

    Nothing becomes a link, so that what a stranger typed cannot become one either.
    """
    paragraphs = (part.strip("\n") for part in plain.lines(text).split("\n\n"))
    return "\n".join(
        f'<p dir="auto">{html.escape(part).replace(chr(10), "<br>")}</p>'
        for part in paragraphs
        if part
    )


def _start_of(pieces: Iterator[str]) -> str:
    written: list[str] = []
    room = LONGEST_TEXT
    for piece in pieces:
        written.append(piece[:room])
        room -= len(piece)
        if room <= 0:
            break
    return "".join(written)


def _plain(value: Any) -> Any:
    """`value` as data without behaviour; what is unknown or blank is left out of mappings."""
    match value:
        case bool() | int() | float():
            return value
        case str():
            return plain.lines(value)
        case Mapping():
            parts = ((str(name), _plain(part)) for name, part in value.items())
            return {name: part for name, part in parts if not _is_blank(part)}
        case Sequence():
            return [_plain(part) for part in value]
        case None:
            return None
    return plain.lines(str(value))


def _is_blank(part: Any) -> bool:
    return part is None or (isinstance(part, str) and not part.strip())


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    if len(source) > LONGEST_TEMPLATE:
        raise TemplateBroken(f"it is longer than {LONGEST_TEMPLATE} characters")
    try:
        tree = _ENVIRONMENT.parse(source)
        _refuse_more_than_a_letter_needs(tree)
        return _ENVIRONMENT.from_string(tree)
    except TemplateSyntaxError as error:
        raise TemplateBroken(error.message or "it is no template", error.lineno) from error
    except (RecursionError, MemoryError, SyntaxError, ValueError, ArithmeticError) as error:
        raise TemplateBroken("it is nested too deeply, or makes no sense") from error


def _refuse_more_than_a_letter_needs(tree: nodes.Template) -> None:
    for part in tree.find_all(nodes.Node):
        if not isinstance(part, _PARTS):
            raise TemplateBroken(f"{type(part).__name__} is not possible here", part.lineno)
        if isinstance(part, nodes.Call) and not _calls_range(part):
            raise TemplateBroken("nothing can be called but range()", part.lineno)
        if isinstance(part, nodes.For) and _nests(part):
            raise TemplateBroken("a loop cannot stand inside a loop", part.lineno)


def _calls_range(call: nodes.Call) -> bool:
    return isinstance(call.node, nodes.Name) and call.node.name == "range"


def _nests(loop: nodes.For) -> bool:
    return loop.recursive or any(True for _ in islice(loop.find_all(nodes.For), 1))


def _bounded_range(*ends: int) -> range:
    numbers = range(*ends)
    if len(numbers) > LONGEST_RANGE:
        raise OverflowError(f"range() ends at {LONGEST_RANGE}")
    return numbers


class _Missing(ChainableUndefined):
    """A field that is not there: empty text, nought, never larger or smaller than anything."""

    __slots__ = ()

    # Jinja's own class declares that these never return.
    def __lt__(self, _other: object) -> bool:  # type: ignore[override]
        return False

    __le__ = __gt__ = __ge__ = __lt__  # type: ignore[assignment]

    def __int__(self) -> int:  # type: ignore[override]
        return 0

    def __float__(self) -> float:  # type: ignore[override]
        return 0.0

    def __round__(self, _digits: int = 0) -> int:
        return 0

    def __abs__(self) -> int:
        return 0


class _Letters(ImmutableSandboxedEnvironment):
    """Jinja with plain data only: no attribute of any object can be reached."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext):
            return super().getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, dict | list | str):
            try:
                return obj[argument]
            except (LookupError, TypeError, ValueError):
                pass
        return self.undefined(obj=obj, name=argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return left + right
        if not (_is_number(left) and _is_number(right)):
            return self.undefined(name=operator)
        return super().call_binop(context, operator, left, right)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= _LARGEST_NUMBER


def _shown(value: Any) -> Any:
    """What may stand in a letter: texts and numbers. Lists, records and Jinja's own may not."""
    return value if isinstance(value, str | int | float) else ""


def _environment() -> _Letters:
    environment = _Letters(autoescape=False, undefined=_Missing, finalize=_shown)
    environment.globals = {"range": _bounded_range}
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    return environment


_ENVIRONMENT = _environment()
