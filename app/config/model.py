"""What every part of the config document is: checked, frozen, and without unknown keys."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A map of the document. Its attributes are the keys; `from` is `from_` in Python.

    What is stored and shown is the document as written, never a model written back.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        populate_by_name=True,
    )
