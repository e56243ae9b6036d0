"""The HTML of a mail as lines of text, so that a label and its value share a line.

Not read by the standard library's parser, whose time grows with the square of a mail that
is made to be slow: tags are taken one after the other, and what is no tag is text.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

_LONGEST = 400_000
"""Characters read. Newsletters are longer; a portal's mail is a tenth of it."""

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b([^<>]{0,4000})>|<[!?][^<>]{0,4000}>")
_LINK = re.compile(r"href\s*=\s*[\"']?\s*(?:mailto|tel):([^\"'?\s>]{1,320})", re.IGNORECASE)

_BLOCKS = frozenset(
    {"div", "tr", "li", "section", "article", "header", "footer", "dl", "dt", "dd", "form"}
    | {"fieldset", "center", "body", "address"}
)
_APART = frozenset(
    {"p", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre"}
)
"""Around these is an empty line, as a reader sees it."""
_SOFT = frozenset({"p", "div", "center"})
_CELLS = frozenset({"td", "th"})
_BOLD = frozenset({"b", "strong", "th", "dt"})
_UNSEEN = frozenset({"script", "style", "title"})
_CELL = "\x01"
"""Stands before each cell of a row."""
CONTINUED = "\x1e"
"""Begins a line that stands in the same cell as the one before. Never stored."""
_SPACES = re.compile(r"\s+")

_LONGEST_LABEL = 60


@dataclass(slots=True)
class _Page:
    """What has been read so far: finished lines, and the one being written."""

    lines: list[tuple[str, bool]] = field(default_factory=list)
    """Each with whether all of it is bold."""
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    bold: int = 0
    kept: int = 0
    """Inside how many elements line breaks count as they stand."""
    in_cell: bool = False
    in_text: bool = False
    """Something stands in the line being written, or in its last cell."""
    cells: int = 0
    """Of the row being written. A value stands in the second, on as many lines as it needs."""
    is_continued: bool = False
    is_ending: bool = False
    """A paragraph ended inside a cell: so does the line, if more follows in that cell."""
    unseen: str | None = None
    link: str | None = None

    def write(self, source: str) -> None:
        if self.unseen is not None or not source:
            return
        text = html.unescape(source).replace(_CELL, " ")
        if self.is_ending and text.strip():
            self.end_line()
        first, *others = text.split("\n") if self.kept else (text,)
        self._add(first)
        for each in others:
            self.end_line()
            self._add(each)

    def end_cell(self) -> None:
        if self.is_continued and self.in_text:
            self.end_line()
        self.is_ending = False

    def begin_cell(self) -> None:
        self.pieces.append((_CELL, True))
        self.in_cell, self.in_text, self.is_ending = True, False, False
        self.is_continued = False
        self.cells += 1

    def end_block(self, *, apart: bool = False) -> None:
        if self.in_text or (self.in_cell and self.cells):
            self.end_line()
        self.cells, self.is_continued = 0, False
        if apart and self.lines and self.lines[-1][0]:
            self.lines.append(("", False))

    def end_line(self) -> None:
        text = "".join(each for each, _ in self.pieces)
        is_bold = all(bold for each, bold in self.pieces if each.strip())
        mark = CONTINUED if self.is_continued else ""
        self.lines.append((mark + _row(text), is_bold))
        self.pieces.clear()
        self.is_continued = self.cells == 2
        self.in_cell = self.in_text = self.is_ending = False

    def _add(self, text: str) -> None:
        self.pieces.append((_SPACES.sub(" ", text), self.bold > 0))
        self.in_text = self.in_text or bool(text.strip())


def lines_of(source: str) -> str:
    """The text that a reader sees. Two cells of a row become `label: value`."""
    page = _Page()
    source = _COMMENT.sub("", source[:_LONGEST])
    end = 0
    for tag in _TAG.finditer(source):
        page.write(source[end : tag.start()])
        end = tag.end()
        if tag[2]:
            _turn(page, tag[2].lower(), tag[3], closes=bool(tag[1]))
    page.write(source[end:])
    page.end_line()
    return "\n".join(_with_labels(page.lines))


def _turn(page: _Page, name: str, attributes: str, *, closes: bool) -> None:
    if page.unseen is not None:
        # A page without the end of its style or title still has a body.
        if (closes and name == page.unseen) or name == "body":
            page.unseen = None
        return
    if name in _UNSEEN and not closes:
        page.unseen = name
    elif name == "br":
        page.end_line()
    elif name in _SOFT and page.in_cell:
        page.is_ending = page.in_text
    elif name in _BLOCKS or name in _APART:
        page.end_block(apart=name in _APART)
    elif name == "a":
        _follow(page, attributes, closes=closes)
    _enter(page, name, closes=closes)


def _enter(page: _Page, name: str, *, closes: bool) -> None:
    step = -1 if closes else 1
    if name in _CELLS:
        page.end_cell() if closes else page.begin_cell()
    if name in _BOLD:
        page.bold = max(0, page.bold + step)
    if name == "pre":
        page.kept = max(0, page.kept + step)


def _follow(page: _Page, attributes: str, *, closes: bool) -> None:
    """An address behind a link counts, if the link does not show it."""
    if not closes:
        found = _LINK.search(attributes)
        page.link = html.unescape(found[1]) if found else None
    elif page.link:
        if not any(page.link in each for each, _ in page.pieces[-3:]):
            page.write(f" <{page.link}>")
        page.link = None


def _row(text: str) -> str:
    cells = [" ".join(each.split()) for each in text.split(_CELL)]
    told = [each for each in cells if each]
    if len(told) < 2:
        return "".join(told)
    if len(told) == 2 and len(told[0]) <= _LONGEST_LABEL:
        return f"{told[0].rstrip(': ')}: {told[1]}"
    if len(told) % 2 == 0 and all(each.endswith(":") for each in told[::2]):
        return "\n".join(f"{label} {text}" for label, text in zip(*[iter(told)] * 2, strict=True))
    return "\t".join(told)


def _with_labels(lines: list[tuple[str, bool]]) -> Iterator[str]:
    """Where the label stands in bold above its value, it is marked as one."""
    told = [line for line in lines if line[0]]
    after = {id(line): following for line, following in pairwise(told)}
    for line in lines:
        text, is_bold = line
        following, next_is_bold = after.get(id(line), ("", True))
        is_label = (
            is_bold
            and not next_is_bold
            and text[:1] != CONTINUED
            and _could_be_label(text, following)
        )
        yield f"{text}:" if is_label else text


def _could_be_label(text: str, following: str) -> bool:
    is_short = 0 < len(text) <= _LONGEST_LABEL and text[-1] not in ".!:,;"
    return is_short and ":" not in text and ":" not in following[:_LONGEST_LABEL]
