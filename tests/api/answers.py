"""What holds for every answer, wherever it comes from."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
LOOKS_LIKE_ONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
PHONE = re.compile(r"\+[1-9]\d{6,14}")
IDS = {"id", "lead_id", "delivery_id", "message_id"}


def members(value: Any, path: str = "$") -> Iterator[tuple[str, str, Any]]:
    """(path, name, value) of every member, however deep."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}.{name}", name, inner
            yield from members(inner, f"{path}.{name}")
    if isinstance(value, list):
        for at, inner in enumerate(value):
            yield from members(inner, f"{path}[{at}]")


def breaches(answer: Any) -> list[str]:
    """Where an answer breaks what the contract says of all times, phones and ids."""
    return [path for path, name, value in members(answer) if not _is_well_formed(name, value)]


def _is_well_formed(name: str, value: Any) -> bool:
    if isinstance(value, str) and (name.endswith("_at") or LOOKS_LIKE_ONE.match(value)):
        return INSTANT.fullmatch(value) is not None
    if name == "phone" and value is not None:
        return PHONE.fullmatch(value) is not None
    if name in IDS and isinstance(value, str) and len(value) > 30:
        return UUID(value).version == 7
    return True
