"""Text that only says something: control and direction-changing characters taken out.

What a stranger typed into a form ends up on a lock screen and in mail headers. A line
break there adds a header, and a direction override makes `gpj.exe` read `exe.jpg`.
Letters, marks and joiners of every script stay.
"""

import re

_BREAKS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_ACTING = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # Controls; tabs and line breaks are dealt with apart.
    "\u202a-\u202e\u2066-\u2069"  # Embeddings, overrides and isolates.
    "\ud800-\udfff\ufeff]"  # Halves of characters, and byte order marks.
)


def one_line(text: str, *, at_most: int | None = None) -> str:
    """`text` on one line, single spaces between the words, cut at `at_most` characters."""
    line = " ".join(_ACTING.sub("", _BREAKS.sub(" ", text)).split())
    if at_most is None or len(line) <= at_most:
        return line
    return line[: at_most - 3].rstrip() + "..."


def lines(text: str) -> str:
    """`text` with its line breaks, all of one kind, and with spaces for tabs."""
    return _ACTING.sub("", _BREAKS.sub("\n", text)).replace("\t", " ")
