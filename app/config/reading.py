"""YAML → plain data, and the line on which each key and item stands.

Only the safe and unsurprising part of YAML is read: `on`, `off`, `no` and `08:00` are
texts, as in YAML 1.2, and aliases, tags and repeated keys are mistakes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from yaml import (
    AliasEvent,
    CollectionEndEvent,
    CSafeLoader,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceStartEvent,
    YAMLError,
    parse,
)

from app.config.errors import ConfigInvalid, ConfigProblem

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the document."""


def written(path: Path) -> str:
    """A path as people read it: `sla.0.steps.1`."""
    return ".".join(str(part)[:64] for part in path)


LARGEST = 1024 * 1024
"""Characters of a config file. A brokerage of 1,000 agents needs about 200,000."""
DEEPEST = 32
"""Levels of nesting. The deepest part that means anything is at level 8."""

_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Document:
    """The document as written: nothing filled in, nothing checked."""

    raw: Mapping[str, Any]
    lines: Mapping[Path, int] = field(default_factory=dict)
    """Line of each key and item by path. Empty where the document came as JSON."""
    problems: tuple[ConfigProblem, ...] = ()
    """What reading found that does not stop the check, such as a key given twice."""

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """Take a document that came as JSON, which has no lines."""
        return cls(raw)

    def problem(self, path: Path, problem: str) -> ConfigProblem:
        """A mistake at `path`, with the line of the nearest thing that stands in the file."""
        return ConfigProblem(self._line(path), written(path), problem)

    def at(self, path: Path) -> object:
        """What is written at `path`; `None` where there is nothing."""
        here: Any = self.raw
        for part in path:
            if isinstance(here, Mapping) and part in here:
                here = here[str(part)]
            elif isinstance(here, list) and isinstance(part, int) and part < len(here):
                here = here[part]
            else:
                return None
        return here

    def _line(self, path: Path) -> int | None:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def read_yaml(text: str) -> Document:
    """Read a config file. `ConfigInvalid` where it is no YAML of the kind we read."""
    if len(text) > LARGEST:
        raise _refused(1, f"the file is longer than {LARGEST:,} characters")
    builder = _Builder()
    try:
        for event in parse(text, Loader=CSafeLoader):
            builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refused(mark.line + 1 if mark else None, _syntax(error)) from None
    except (YAMLError, UnicodeError):
        raise _refused(None, "the file holds characters that no text has") from None
    if not isinstance(builder.root, dict):
        raise _refused(1, "the file must hold keys and values, such as `version: 1`")
    return Document(builder.root, builder.lines, tuple(builder.problems))


def _refused(line: int | None, problem: str) -> ConfigInvalid:
    return ConfigInvalid((ConfigProblem(line, "", problem),))


def _syntax(error: MarkedYAMLError) -> str:
    said = error.problem or error.context or "it cannot be read"
    return f'this is not YAML: {said} (text with {{, }}, : or # goes in quotes, as in "${{NAME}}")'


@dataclass(slots=True)
class _Open:
    """A map or list that has not ended yet."""

    path: Path
    into: dict[str, Any] | list[Any]
    key: str | None = None
    """The key whose value comes next."""
    again: bool = False
    """Whether that key was given before: the first value counts, this one is left out."""

    @property
    def wants_key(self) -> bool:
        return isinstance(self.into, dict) and self.key is None


@dataclass(slots=True)
class _Builder:
    """Builds the data from a flat stream of events, so that depth costs no stack."""

    root: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[ConfigProblem] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _documents: int = 0

    def take(self, event: Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case ScalarEvent() if self._wants_key():
                self._refuse_tag(event, line)
                self._key(event.value, line)
            case ScalarEvent():
                self._refuse_tag(event, line)
                self._put(_scalar(event), line)
            case MappingStartEvent():
                self._begin({}, event, line)
            case SequenceStartEvent():
                self._begin([], event, line)
            case CollectionEndEvent():
                self._open.pop()
            case AliasEvent():
                raise _refused(line, "aliases (*name) are not read: write the value out")
            case DocumentStartEvent():
                self._count_document(line)
            case _:
                pass

    def _wants_key(self) -> bool:
        return bool(self._open) and self._open[-1].wants_key

    def _key(self, key: str, line: int) -> None:
        parent = self._open[-1]
        path = (*parent.path, key)
        if key in parent.into:
            first = self.lines[path]
            self.problems.append(
                ConfigProblem(
                    line,
                    written(path),
                    f"this key was given on line {first} already: keep one of them",
                )
            )
        else:
            self.lines[path] = line
        parent.key, parent.again = key, key in parent.into

    def _begin(
        self,
        into: dict[str, Any] | list[Any],
        event: MappingStartEvent | SequenceStartEvent,
        line: int,
    ) -> None:
        self._refuse_tag(event, line)
        if self._wants_key():
            raise _refused(line, "a key must be a text")
        if len(self._open) >= DEEPEST:
            raise _refused(line, f"the file is nested more than {DEEPEST} levels deep")
        path = self._put(into, line)
        self._open.append(_Open(path, into))

    def _put(self, value: Any, line: int) -> Path:
        if not self._open:
            self.root = value
            self.lines[()] = line
            return ()
        parent = self._open[-1]
        if isinstance(parent.into, list):
            path: Path = (*parent.path, len(parent.into))
            parent.into.append(value)
            self.lines[path] = line
            return path
        key = parent.key or ""
        parent.key = None
        if parent.again:
            return (*parent.path, key, "again")
        parent.into[key] = value
        return (*parent.path, key)

    def _refuse_tag(
        self, event: ScalarEvent | MappingStartEvent | SequenceStartEvent, line: int
    ) -> None:
        if event.tag is not None:
            raise _refused(line, "tags (!name) are not read: write plain values")

    def _count_document(self, line: int) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _refused(line, "the file holds a second document (---): write one")


def _scalar(event: ScalarEvent) -> Any:
    """What a plain scalar means; a quoted one is a text whatever it looks like."""
    text: str = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    digits = text.removeprefix("-")
    # 02134 is a zip code and +1941… a phone number, not numbers; 19 digits are an id.
    if (
        digits.isascii()
        and digits.isdigit()
        and len(digits) < 19
        and (digits == "0" or digits[0] != "0")
    ):
        return int(text)
    return text
