"""Lines of the form `Label: value`, of which most mails about leads are made.

Labels stand in bold, behind bullets, in tables, in any case; a value may begin below its
label, and what a person wrote goes on until the next label.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.sources import field_names
from app.sources.bodies.form import MAX_FIELDS, gathered
from app.sources.mail.html import CONTINUED
from app.sources.normalise import texts

_MOST_LINES = 5_000
_LONGEST_LABEL = 60
_MOST_WORDS = 8
_MOST_WORDS_AMID = 4
"""In the midst of what a person wrote, only a short line's start is taken for a label."""

_BULLET = re.compile(r"^(?:[-*+>\u2022\u00b7\u25aa\u25e6\u2023]\s+|[0-9]{1,2}[.)]\s+)")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=[\w:.?!)])[*_](?!\w)")
_LINE = re.compile(r"(?P<label>[^:\uff1a]{1,60}?)\s*[:\uff1a](?P<value>.*)")
_DASHED = re.compile(r"-{2,}\s*(?P<label>[^-:][^:]{0,58}?)\s*-{2,}")
_COLUMNS = re.compile(r"[\t|]+")
_REQUIRED = re.compile(r"\s*(?:\*|\((?:required|optional)\))\s*$", re.IGNORECASE)
_SEPARATOR = re.compile(r"[-_=*~#]{3,}|--\s?")
_NOT_A_LABEL = re.compile(
    r"https?$|mailto$|www\.|[@<>{}\[\]\\]|[.!;]\s|(?:wrote|schrieb|escribi\u00f3|\u00e9crit)$",
    re.IGNORECASE,
)
_SAYS = re.compile(r"(?P<who>.{1,100}?) (?:says|said|writes|asks|asked)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"\u201c\u201d](.*)[\"\u201c\u201d]", re.DOTALL)

_WORDS_OF_A_MESSAGE = frozenset(
    {"message", "comment", "comments", "note", "notes", "question", "questions", "inquiry"}
    | {"enquiry", "mensaje", "nachricht", "comentarios", "description", "says"}
)
_AN_HOUR = re.compile(r"[0-9]{2}(?:[^0-9]|$)")

SPEAKER = "says"
"""The label of what somebody is quoted with: `Ana Prieto says:`."""
SPEAKER_NAME = "says.name"


class Labelled(NamedTuple):
    members: dict[str, Any]
    """Values by their labels as written; one that stands there twice has a list."""
    others: str
    """The lines that belong to no label."""


@dataclass(slots=True)
class _Value:
    label: str
    lines: list[str] = field(default_factory=list)
    is_message: bool = False
    is_open: bool = True
    """Whether the next line without a label belongs to it."""
    may_be_apart: bool = False
    """Whether an empty line may come before it."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


@dataclass(slots=True)
class _Reader:
    values: list[_Value] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def current(self) -> _Value | None:
        return self.values[-1] if self.values and self.values[-1].is_open else None

    @property
    def is_amid_words(self) -> bool:
        """Whether a person is speaking, whose colons are none of the form's labels."""
        current = self.current
        return current is not None and current.is_message and not current.label[:1].islower()

    def begin(self, label: str, value: str, *, is_dashed: bool) -> None:
        is_message = is_message_label(label)
        is_open = is_message or not value
        lines = [value] if value else []
        self.values.append(_Value(label, lines, is_message, is_open, may_be_apart=is_dashed))

    def go_on(self, line: str) -> None:
        current = self.current
        if current is None:
            self.others.append(line)
        elif line or current.is_message or (current.may_be_apart and not current.lines):
            current.lines += [line] if line or current.lines else []
        else:
            current.is_open = False
            self.others.append(line)

    def end(self) -> None:
        if self.values:
            self.values[-1].is_open = False


def read_labels(text: str) -> Labelled:
    """The labelled values in a text, and what else it says."""
    reader = _Reader()
    for raw in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        _read_line(reader, raw)
    pairs = [pair for each in reader.values[:MAX_FIELDS] for pair in _pairs(each)]
    others = "\n".join(_tidy(reader.others))
    return Labelled(gathered(pairs), others.strip())


def _read_line(reader: _Reader, raw: str) -> None:
    line = raw.strip(" \t\r\u00a0")
    if line.startswith(CONTINUED) and reader.values:
        reader.values[-1].lines.append(line.strip(f"{CONTINUED} "))
        return
    if _SEPARATOR.fullmatch(line):
        reader.end()
        reader.others.append(line)
        return
    dashed = _DASHED.fullmatch(line)
    if dashed:
        reader.begin(dashed["label"], "", is_dashed=True)
        return
    found = _labels_in(line, is_amid=reader.is_amid_words)
    if not found:
        reader.go_on(line)
    for label, value in found:
        reader.begin(label, value, is_dashed=False)


def _labels_in(line: str, *, is_amid: bool) -> list[tuple[str, str]]:
    """The label of a line with its value; several, where columns stand side by side."""
    columns = [each.strip() for each in _COLUMNS.split(line[:2_000]) if each.strip()]
    if len(columns) > 1:
        several = [_label_in(each, is_amid=is_amid) for each in columns]
        if all(several):
            return [each for each in several if each]
        if len(columns) == 2 and not is_amid and _is_label(columns[0], is_amid=False):
            return [(columns[0].rstrip(" :"), columns[1])]
    one = _label_in(line, is_amid=is_amid)
    return [one] if one else []


def _label_in(line: str, *, is_amid: bool) -> tuple[str, str] | None:
    plain = _EMPHASIS.sub("", _BULLET.sub("", line))
    found = _LINE.match(plain)
    if found is None:
        return None
    label = " ".join(_REQUIRED.sub("", found["label"]).split())
    value = found["value"]
    # `10:30`, `https://…` and `Note:this` have no space after the colon; the last is a label.
    is_an_hour = label[-1:].isdigit() and _AN_HOUR.match(value)
    if value.startswith("//") or is_an_hour or not _is_label(label, is_amid=is_amid):
        return None
    return label, value.strip()


def _is_label(label: str, *, is_amid: bool) -> bool:
    most = _MOST_WORDS_AMID if is_amid else _MOST_WORDS
    if not label or len(label) > _LONGEST_LABEL or len(label.split()) > most:
        return False
    if not label[0].isalnum() or _NOT_A_LABEL.search(label):
        return False
    if not is_amid:
        return True
    return "?" not in label and (label[0].isupper() or field_names.has_meaning(label))


def is_message_label(label: str) -> bool:
    """Whether what stands behind it is in a person's own words, as long as it may be."""
    words = label.lower().replace("/", " ").split()
    return not _WORDS_OF_A_MESSAGE.isdisjoint(words) or _SAYS.fullmatch(label) is not None


def _pairs(value: _Value) -> Iterator[tuple[str, str]]:
    speaker = _SAYS.fullmatch(value.label)
    if speaker is None:
        yield value.label, value.text
        return
    quoted = _QUOTED.fullmatch(value.text)
    yield SPEAKER, quoted[1].strip() if quoted else value.text
    yield SPEAKER_NAME, speaker["who"]


def _tidy(lines: Iterable[str]) -> Iterator[str]:
    """Without rules of dashes and double empty lines."""
    was_empty = True
    for line in lines:
        plain = texts.line(line) or ""
        if _SEPARATOR.fullmatch(plain):
            continue
        if plain or not was_empty:
            yield plain
        was_empty = not plain
