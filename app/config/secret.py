"""Values that may come from an environment variable that is not set."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, SecretStr


class Unset(Enum):
    """Stands where `${NAME}` stood when `NAME` is not set; becomes `None` in the config."""

    UNSET = "unset"


UNSET = Unset.UNSET


def _none_if_unset(value: object) -> object:
    if value is UNSET:
        return None
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError('is empty: give a value, or "${NAME}" to read it from the environment')
    return value


def _http(url: str | None) -> str | None:
    if url is not None and not url.startswith(("https://", "http://")):
        raise ValueError("must begin with https:// or http://")
    return url


Given = Annotated[str | None, BeforeValidator(_none_if_unset)]
"""A text that must be given. `None` only while its variable is unset, and its owner off."""
Secret = Annotated[SecretStr | None, BeforeValidator(_none_if_unset)]
"""A secret that must be given. `None` only while its variable is unset, and its owner off."""
Url = Annotated[str | None, BeforeValidator(_none_if_unset), AfterValidator(_http)]
"""An address to call. `None` only while its variable is unset, and its owner off."""


def reveal(secret: SecretStr | None) -> str:
    """The secret itself. `ValueError` where there is none: what is off must not be used."""
    if secret is None:
        raise ValueError("this secret is not set")
    return secret.get_secret_value()


def secrets_of(part: object) -> Iterator[str]:
    """Every secret in a part of the config, to be blotted out of what is shown."""
    if isinstance(part, SecretStr):
        yield from filter(None, (part.get_secret_value(),))
    for each in _within(part):
        yield from secrets_of(each)


def _within(part: object) -> Iterable[object]:
    if isinstance(part, BaseModel):
        return [getattr(part, name) for name in type(part).model_fields]
    if isinstance(part, Mapping):
        return list(part.values())
    return part if isinstance(part, tuple) else ()
