"""What all shapes of the contract are made of: instants, texts, lists, and what is refused."""

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

Instant = Annotated[
    datetime,
    PlainSerializer(
        lambda at: at.astimezone(UTC).isoformat().replace("+00:00", "Z"), return_type=str
    ),
]
"""An instant in UTC, written with a `Z`."""


def _in_utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


When = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""An instant as callers give it, in any zone; from here on in UTC."""


Item = TypeVar("Item")


class In(BaseModel):
    """What a caller sends. Unknown fields are mistakes, and named as such."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)


def example(value: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"example": value})


class Listing(BaseModel, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = Field(None, description="Give it as `cursor` for the next page.")


def no_nul(text: str) -> str:
    """A check that PostgreSQL could store the text: it takes no NUL character."""
    if "\x00" in text:
        raise ValueError("contains a NUL character")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(no_nul)]


LongText = Annotated[str, Field(max_length=20_000), AfterValidator(no_nul)]


Reason = Annotated[str, Field(max_length=1_000), AfterValidator(no_nul)]


Filter = Annotated[str, Field(max_length=200), AfterValidator(no_nul)]
"""What a list is narrowed down to."""
