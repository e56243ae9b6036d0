"""A config document in a file, as it is written."""

from pathlib import Path

from app.cli.ground import stop
from app.config.load import Document, read_yaml


def read_config(file: Path) -> Document:
    """The document in a file, or the end of the command with a line that says why not."""
    try:
        return read_yaml(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        stop(f"{file}: {reason}")
