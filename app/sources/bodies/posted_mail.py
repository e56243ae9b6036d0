"""A form whose fields are parts of a mail: as bytes, for each may have its own encoding."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl

from app.domain.delivery import Webhook
from app.domain.errors import Unreadable
from app.sources.bodies.form import MAX_FIELDS
from app.sources.bodies.mail import Attachment
from app.sources.bodies.multipart import read_parts


class Posted(NamedTuple):
    fields: Mapping[str, bytes]
    """Of a repeated field all, one below the other: `body-html` may come in several parts."""
    files: tuple[Attachment, ...]


def read_posted(webhook: Webhook) -> Posted:
    """The fields and files. Raises `Unreadable`: a broken form, or one without end."""
    if webhook.content_type.startswith("multipart/"):
        return _in_parts(webhook)
    try:
        pairs = parse_qsl(
            webhook.body.decode("latin-1"),
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise Unreadable(f"This form has more than {MAX_FIELDS} fields") from None
    return Posted(_joined((name, value.encode("latin-1")) for name, value in pairs), ())


def _in_parts(webhook: Webhook) -> Posted:
    fields: list[tuple[str, bytes]] = []
    files: list[Attachment] = []
    for part in read_parts(webhook.body, webhook.headers["content-type"]):
        name, filename = part.option("name"), part.option("filename")
        content_type = part.headers.get("content-type", "").partition(";")[0].strip().lower()
        if filename is not None:
            files.append(Attachment(filename or None, content_type, bytes(part.body)))
        elif name is not None:
            fields.append((name, bytes(part.body)))
    return Posted(_joined(fields), tuple(files))


def _joined(pairs: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    fields: dict[str, list[bytes]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return {name: b"\n".join(values) for name, values in fields.items()}
