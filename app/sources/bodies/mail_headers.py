"""The headers of a mail: encoded words, addresses, ids and dates, however broken.

Format: RFC 5322 and RFC 2047. `email.policy.default` is not used: its header parser raises
on broken headers, and takes minutes for one of a few thousand commas.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

from app.sources.bodies.charsets import text_in
from app.sources.normalise import texts
from app.sources.normalise.times import read_instant

Headers = tuple[tuple[str, str], ...]
"""Names in lower case, and values as they came, in the order of the mail."""

_MOST = 200
_LONGEST = 2_000
"""Characters looked at of one header. Nothing that names a person is that long."""

_ONE_ADDRESS = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>\s]+)>\s*")
_ADDRESS = re.compile(r"[^@\s<>(),;:\"\x00-\x1f]{1,200}@[^@\s<>(),;:\"\x00-\x1f]{1,250}")
_IDENTIFIER = re.compile(r"<([^<>\s]{1,500})>")
_UNQUOTED = re.compile(r"^[\"'](.*)[\"']$")


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a mail is from or to. The name is whatever its sender wrote there."""

    address: str
    name: str | None = None

    @property
    def plain(self) -> str:
        return self.address.lower()

    @property
    def domain(self) -> str:
        return self.plain.rpartition("@")[2]


def read_headers(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Headers as they came, by names in lower case; more than anybody needs are left out."""
    return tuple((name.strip().lower(), value) for name, value in islice(pairs, _MOST))


def readable(raw: str) -> str:
    """The text of a header: bytes beyond ASCII and encoded words (RFC 2047) decoded."""
    text = _decoded_bytes(raw[:_LONGEST])
    if "=?" not in text:
        return texts.line(text) or ""
    try:
        chunks = decode_header(" ".join(text.split()))
    except HeaderParseError:
        return texts.line(text) or ""
    return texts.line("".join(_chunk(*each) for each in chunks)) or ""


def addresses(raw: str | None) -> tuple[Address, ...]:
    """Each address in a header, with the name before it."""
    text = texts.line(_decoded_bytes((raw or "")[:_LONGEST])) or ""
    # Names with a comma and no quotation marks are common, and here there is but one.
    one = _ONE_ADDRESS.fullmatch(text)
    pairs = [(one["name"], one["address"])] if one else _several(text)
    return tuple(
        Address(address.strip(), _name(name))
        for name, address in pairs
        if _ADDRESS.fullmatch(address.strip())
    )


def address(raw: str | None) -> Address | None:
    """The first address in a header."""
    return next(iter(addresses(raw)), None)


def identifier(raw: str | None) -> str | None:
    """A message id, without its angle brackets."""
    text = texts.line(_decoded_bytes((raw or "")[:_LONGEST])) or ""
    found = _IDENTIFIER.search(text)
    return found[1] if found else text[:500].strip("<> ") or None


def instant(raw: str | None, *, now: datetime) -> datetime | None:
    """The date of a mail, if it can be true."""
    try:
        told = parsedate_to_datetime((raw or "")[:100])
        return read_instant(told.isoformat(), now=now)
    except (ValueError, TypeError, IndexError, OverflowError):
        return read_instant((raw or "")[:100], now=now)


def _several(text: str) -> list[tuple[str, str]]:
    try:
        return getaddresses([text])
    except (RecursionError, IndexError, ValueError):
        return []  # Hundreds of brackets in brackets: nobody's address.


def _chunk(chunk: bytes | str, charset: str | None) -> str:
    return chunk if isinstance(chunk, str) else text_in(chunk, charset)


def _decoded_bytes(raw: str) -> str:
    """The parser keeps bytes beyond ASCII as lone surrogates."""
    if raw.isascii() or not any("\udc80" <= each <= "\udcff" for each in raw):
        return raw
    return text_in(raw.encode("utf-8", "surrogateescape"), None) if _is_escaped(raw) else raw


def _is_escaped(raw: str) -> bool:
    return not any("\ud800" <= each < "\udc80" or "\udcff" < each <= "\udfff" for each in raw)


def _name(raw: str) -> str | None:
    name = _UNQUOTED.sub(r"\1", readable(raw.strip()))
    return texts.line(name.replace('\\"', '"')) if "@" not in name else None
