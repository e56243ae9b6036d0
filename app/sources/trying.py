"""Settings to try a kind with, before there is a config: those it recommends."""

import re
from typing import Any

import yaml
from pydantic import TypeAdapter

from app.config.sources import Source
from app.sources.base import SourceKind

STAND_IN = "stands-in-for-a-secret-that-is-not-set"

_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
_SOURCE: TypeAdapter[Any] = TypeAdapter(Source)


def recommended(kind: SourceKind[Any], *, secret: str = STAND_IN, **changes: Any) -> dict[str, Any]:
    """The entry that the kind recommends for a config, with each variable as `secret`.

    `changes` come on top; `None` leaves a key out.
    """
    given = {**yaml.safe_load(_VARIABLE.sub(secret, kind.about.config)), **changes}
    return {name: value for name, value in given.items() if value is not None}


def settings_to_try(kind: SourceKind[Any], *, secret: str = STAND_IN, **changes: Any) -> Any:
    """The same, checked as it is when a config is loaded."""
    return _SOURCE.validate_python(recommended(kind, secret=secret, **changes))
