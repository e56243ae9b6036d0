"""Forms sent as multipart, as browsers do for forms with files. Files are only named."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.domain.errors import Unreadable
from app.sources.form_body import MAX_FIELDS, decoded


@dataclass(slots=True)
class Part:
    """One part, while and after it is read."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    header: tuple[bytes, bytes] = (b"", b"")
    """Name and value of the header being read."""


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
    collector = _Collector()
    try:
        parser = MultipartParser(_boundary(content_type), _callbacks(collector))
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise Unreadable("This multipart form is broken", "byte 0") from None
    if not collector.is_complete:
        raise Unreadable("This multipart form is cut off", f"byte {len(body)}")
    return list(_named(collector.parts))


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


def _named(parts: Iterable[Part]) -> Iterable[tuple[str, Any]]:
    for part in parts:
        options = _options(part.headers.get("content-disposition", ""))
        name = options.get("name")
        if name is None:
            continue
        yield _utf8(name), _value(part, options)


def _value(part: Part, options: dict[str, str]) -> Any:
    if "filename" in options:
        # What is in a file is no part of a lead; the raw delivery has it all the same.
        return {"filename": _utf8(options["filename"]), "bytes": len(part.body)}
    charset = _options(part.headers.get("content-type", "")).get("charset", "utf-8")
    return decoded(bytes(part.body), charset)


def _options(header: str) -> dict[str, str]:
    try:
        _, options = parse_options_header(header)
    except UnicodeEncodeError:
        return {}
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in options.items()}


def _utf8(text: str) -> str:
    return decoded(text.encode("latin-1"))
