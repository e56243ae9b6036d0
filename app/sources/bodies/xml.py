"""XML from strangers, read as browsers read HTML: nobody who means well is turned away.

The official example of ADF is itself no XML: senders forget end tags and quotes, write a
bare `&`, and close `<Name>` with `</name>`. A validating parser refuses that, and a
recovering one (libxml2) moves what follows a missing end tag to another parent: the
vendor's e-mail address becomes the customer's. So this reader knows start tags, end tags
and text, and nothing else. A DTD is passed over, and entities are those of HTML: there is
nothing to expand, to fetch or to recurse into.
"""

import codecs
import html
import re
from collections.abc import Mapping

from app.domain.errors import Unreadable
from app.sources.bodies.element import Element
from app.sources.bodies.form import CODECS

MAX_DEPTH = 32
"""Elements in elements. The deepest known document has ten."""

MAX_TAGS = 50_000
"""Tags, comments and bare `<`: some five hundred complete leads."""

_EMPTY = frozenset({"br", "hr", "img"})
"""HTML in people's words: these never have an end tag."""

_NAME = r"(?:[A-Za-z_][\w.-]{0,99}:)?([A-Za-z_][\w.-]{0,99})"
_END = r"(?=[\s/>])"
_TAG = re.compile(rf"<(/?){_NAME}{_END}((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>")
_CARELESS_TAG = re.compile(rf"<(/?){_NAME}{_END}([^<>]*)>")
"""The same with a quotation mark left open."""
_ATTRIBUTE = re.compile(
    r"(?<![\w:.-])([\w:.-]{1,100}+)\s*+=\s*+"
    r"(?:\"([^\"]*)\"|'([^']*)'|[\u201c\u201d]([^\u201c\u201d]*)[\u201c\u201d]"
    r"|([^\s\"'>]+)|[\"']([^\"']*)$)"
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.-]{1,40})[\"']", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z0-9]{2,31});")
"""With its semicolon: `?a=1&copy=2` is an address, and no copyright sign."""
_PASSED_OVER = (("<!--", "-->"), ("<?", "?>"))


def read_xml(document: bytes, *, homes: Mapping[str, str] | None = None) -> Element:
    """A nameless element with all that stands in the document.

    `homes` names the parents of elements that never stand elsewhere, so that a missing end
    tag does not put one inside its neighbour. Raises `Unreadable`: no element in it, too
    many, or nested too deep; `where` is the byte at which reading stopped.
    """
    text, codec = decoded(document)
    tree = _Tree(homes or {})
    at = 0
    try:
        while at < len(text):
            at = _step(text, at, tree)
            tree.count_tag()
    except _TooMuch as limit:
        offset = len(text[:at].encode(codec, "replace"))
        raise Unreadable(str(limit), f"byte {offset}") from None
    if not tree.root.children:
        raise Unreadable("There is no XML in this", "byte 0")
    return tree.root


def decoded(document: bytes) -> tuple[str, str]:
    """The text, and the codec that read it."""
    for mark, codec in _MARKS.items():
        if document.startswith(mark):
            return document.decode(codec, "replace"), codec
    declared = _DECLARED.search(document[:200])
    name = declared[1].decode().lower() if declared else "utf-8"
    # An encoding that ASCII does not belong to cannot have declared itself in ASCII.
    codec = CODECS.get(name, "utf-8").replace("utf-16", "utf-8")
    try:
        return document.decode(codec), codec
    except UnicodeDecodeError:
        return document.decode("cp1252", "replace"), "cp1252"


_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}


def unescaped(document: bytes, *, element: bytes) -> bytes:
    """A document that was escaped as a whole, as it is inside of a mail in HTML."""
    has = re.compile(rb"(<|&lt;)(?:[a-z]\w{0,30}:)?" + element + rb"\b", re.IGNORECASE)
    if {found[1] for found in has.finditer(document)} != {b"&lt;"}:
        return document
    for reference, character in _ESCAPED.items():
        document = document.replace(reference, character)
    return document


_ESCAPED = {b"&lt;": b"<", b"&gt;": b">", b"&quot;": b'"', b"&#39;": b"'", b"&amp;": b"&"}
"""In this order: what was escaped twice is unescaped once."""


class _TooMuch(Exception):
    pass


class _Tree:
    """The document so far, and which of its elements are open."""

    def __init__(self, homes: Mapping[str, str]) -> None:
        self.root = Element("")
        self._open = [self.root]
        self._homes = homes
        self._count = 0

    def count_tag(self) -> None:
        self._count += 1
        if self._count > MAX_TAGS:
            raise _TooMuch(f"This XML has more than {MAX_TAGS} tags")

    def add_text(self, text: str) -> None:
        self._open[-1].content.append(text)

    def start(self, name: str, attributes: dict[str, str], *, is_empty: bool) -> None:
        # An element straight in its own kind is one whose end tag was forgotten.
        self._close_for(name)
        if len(self._open) > MAX_DEPTH:
            raise _TooMuch(f"This XML is nested more than {MAX_DEPTH} deep")
        element = Element(name, attributes)
        self._open[-1].add(element)
        if not is_empty:
            self._open.append(element)

    def end(self, name: str) -> None:
        """Close the nearest element of that name, and what was forgotten inside of it."""
        for position in range(len(self._open) - 1, 0, -1):
            if self._open[position].name == name:
                del self._open[position:]
                return

    def _close_for(self, name: str) -> None:
        home = self._homes.get(name)
        if home is None:
            if self._open[-1].name == name:
                self._open.pop()
            return
        self.end(name)
        names = [each.name for each in self._open]
        if home in names:
            del self._open[names.index(home) + 1 :]


def _step(text: str, at: int, tree: _Tree) -> int:
    """Read text up to the next piece of markup, or that piece; where the next one starts."""
    mark = text.find("<", at)
    if mark != at:
        end = len(text) if mark < 0 else mark
        tree.add_text(_unescaped(text[at:end]))
        return end
    if text.startswith("<![CDATA[", at):
        end = _after(text, "]]>", at)
        tree.add_text(text[at + 9 : end].removesuffix("]]>"))
        return end
    tag = _TAG.match(text, at) or _CARELESS_TAG.match(text, at)
    if tag is not None:
        _tag(tag, tree)
        return tag.end()
    return _no_element(text, at, tree)


def _tag(tag: re.Match[str], tree: _Tree) -> None:
    closing, name, rest = tag.groups()
    name = name.lower()
    if closing:
        tree.end(name)
        return
    attributes = _attributes(rest) if "=" in rest else {}
    tree.start(name, attributes, is_empty=rest.endswith("/") or name in _EMPTY)


def _attributes(rest: str) -> dict[str, str]:
    return {
        found[1].rpartition(":")[2].lower(): _unescaped(
            next(value for value in found.groups()[1:] if value is not None)
        )
        for found in _ATTRIBUTE.finditer(rest)
        if not found[1].lower().startswith("xmlns")
    }


def _no_element(text: str, at: int, tree: _Tree) -> int:
    """A comment, an instruction or a DTD is passed over; a bare `<` is a person's."""
    for opening, closing in _PASSED_OVER:
        if text.startswith(opening, at):
            return _after(text, closing, at)
    if text[at : at + 9].upper() == "<!DOCTYPE":
        return _after_doctype(text, at)
    tree.add_text("<")
    return at + 1


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(lambda found: html.unescape(found[0]), text) if "&" in text else text


def _after(text: str, closing: str, at: int) -> int:
    end = text.find(closing, at)
    return len(text) if end < 0 else end + len(closing)


def _after_doctype(text: str, at: int) -> int:
    end = _after(text, ">", at)
    subset = text.find("[", at, end)
    return end if subset < 0 else _after(text, ">", _after(text, "]", subset) - 1)
