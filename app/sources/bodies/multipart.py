"""Forms sent as multipart, as browsers do for forms with files. Files are only named."""

import base64
import binascii
import quopri
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.domain.errors import Unreadable
from app.sources.bodies.form import MAX_FIELDS, decoded


@dataclass(slots=True)
class Part:
    """One part, while and after it is read."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    header: tuple[bytes, bytes] = (b"", b"")
    """Name and value of the header being read."""

    def option(self, name: str) -> str | None:
        """What the part says of itself: its `name`, its `filename`."""
        told = _options(self.headers.get("content-disposition", "")).get(name)
        return None if told is None else _utf8(told)


@dataclass(slots=True)
class _Collector:
    """Called by the parser at each turn; what it has at the end are the parts."""

    parts: list[Part] = field(default_factory=list)
    is_complete: bool = False

    def on_part_begin(self) -> None:
        if len(self.parts) >= MAX_FIELDS:
            raise Unreadable(f"This form has more than {MAX_FIELDS} fields", "byte 0")
        self.parts.append(Part())

    def on_header_begin(self) -> None:
        self.parts[-1].header = (b"", b"")

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        name, value = self.parts[-1].header
        self.parts[-1].header = (name + data[start:end], value)

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        name, value = self.parts[-1].header
        self.parts[-1].header = (name, value + data[start:end])

    def on_header_end(self) -> None:
        name, value = self.parts[-1].header
        self.parts[-1].headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].body += data[start:end]

    def on_end(self) -> None:
        self.is_complete = True


def read_multipart(body: bytes, content_type: str) -> list[tuple[str, Any]]:
    """Names and values in order. Raises `Unreadable`: broken, cut off, or too many parts."""
    return list(_named(read_parts(body, content_type)))


def read_parts(body: bytes, content_type: str) -> list[Part]:
    """The parts as they came, files included. Raises `Unreadable` like `read_multipart`."""
    collector = _Collector()
    try:
        parser = MultipartParser(_boundary(content_type), _callbacks(collector))
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise Unreadable("This multipart form is broken", "byte 0") from None
    if not collector.is_complete:
        raise Unreadable("This multipart form is cut off", f"byte {len(body)}")
    return collector.parts


def _callbacks(collector: _Collector) -> Any:
    names = (
        "on_part_begin",
        "on_part_data",
        "on_header_begin",
        "on_header_field",
        "on_header_value",
        "on_header_end",
        "on_end",
    )
    return {name: getattr(collector, name) for name in names}


def _boundary(content_type: str) -> bytes:
    boundary = _options(content_type).get("boundary")
    if not boundary:
        raise Unreadable("This multipart form does not name its boundary", "content-type")
    return boundary.encode("latin-1")


def _named(parts: Sequence[Part]) -> Iterator[tuple[str, Any]]:
    named = [(_options(part.headers.get("content-disposition", "")), part) for part in parts]
    told = (part.body for options, part in named if options.get("name") == "_charset_")
    charset = bytes(next(told, b"utf-8")[:40]).decode("latin-1")
    for options, part in named:
        if "name" in options:
            yield _utf8(options["name"]), _value(part, options, charset)


def _value(part: Part, options: dict[str, str], charset: str) -> Any:
    if "filename" in options:
        # What is in a file is no part of a lead; the raw delivery has it all the same.
        return {"filename": _utf8(options["filename"]), "bytes": len(part.body)}
    own = _options(part.headers.get("content-type", "")).get("charset", charset)
    return decoded(_plain(part), own)


def _plain(part: Part) -> bytes:
    """Browsers send the bytes as they are; libraries made for mail may wrap them."""
    match part.headers.get("content-transfer-encoding", "").strip().lower():
        case "quoted-printable":
            return quopri.decodestring(bytes(part.body))
        case "base64":
            try:
                return base64.b64decode(bytes(part.body))
            except binascii.Error:
                return bytes(part.body)
    return bytes(part.body)


def _options(header: str) -> dict[str, str]:
    try:
        _, options = parse_options_header(header)
    except UnicodeEncodeError:
        return {}
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in options.items()}


def _utf8(text: str) -> str:
    return decoded(text.encode("latin-1"))
