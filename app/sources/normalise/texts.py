"""Text from strangers, made safe to store, to show and to send."""

import re
from typing import Any

_NOTHING = frozenset({"", "null", "undefined", "(null)", "[null]", "<null>"})
"""Portals write these where they know nothing. A person called Null has a capital."""

_NO_ANSWER = _NOTHING | {
    *("none", "n/a", "n\\a", "n.a.", "n.a", "#n/a", "(none)", "<none>", "[none]"),
    *("not provided", "not given", "not available", "not applicable", "not specified"),
    *("not disclosed", "not supplied", "no answer", "no response"),
    *("-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026", "?", "??", "???", "_"),
}
"""Written where an answer was asked for, and there is none. Only so where an answer has a
form of its own: of pets and in a message `none` is one."""

_UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # Control characters; PostgreSQL takes no NUL.
    "\u200b\u2028\u2029\u2060\ufeff\ufffe\uffff"  # Invisible spaces, separators, non-characters.
    "\u202a-\u202e\u2066-\u2069"  # Direction overrides, which make text read as another.
    "\ud800-\udfff"  # Halves of characters: no encoder takes them.
    "]"
)
_YES = frozenset({"true", "yes", "y", "1", "on", "t", "checked", "x"})
_NO = frozenset({"false", "no", "n", "0", "off", "f", "unchecked", "none"})


def safe(text: str) -> str:
    """The text without the characters that break databases, encoders or readers."""
    # Nearly all text is printable, which is known without looking for each character.
    return text if text.isprintable() else _UNSAFE.sub("", text)


def line(value: Any) -> str | None:
    """One line of text, trimmed, from whatever was sent; `None` if it says nothing.

    Numbers become text, a list becomes its members joined by commas. What has an inner
    structure has no text of its own: `None`.
    """
    text = value if type(value) is str else _text(value)
    if text is None:
        return None
    tidy = " ".join(safe(text).split())
    return None if tidy in _NOTHING else tidy


def paragraphs(value: Any) -> str | None:
    """Like `line`, but line breaks are kept: what a person wrote to us."""
    text = value if type(value) is str else _text(value)
    if text is None:
        return None
    # What is printable holds no line break.
    is_plain = text.isprintable()
    whole = text if is_plain else safe(text.replace("\r\n", "\n").replace("\r", "\n"))
    tidy = whole.strip()
    return None if tidy in _NOTHING else tidy


def is_no_answer(text: str) -> bool:
    """Whether a name, a number, an address or a place says that there is none."""
    return text.strip().lower() in _NO_ANSWER


def truth(value: Any) -> bool | None:
    """Whether a flag is set, however it was written. `None`: not said, or not a flag."""
    if isinstance(value, bool):
        return value
    word = (line(value) or "").lower()
    if word in _YES:
        return True
    return False if word in _NO else None


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _digits(value)
    if isinstance(value, list | tuple) and not any(map(_has_members, value)):
        return ", ".join(each for each in map(line, value) if each) or None
    return None


def _has_members(value: Any) -> bool:
    return isinstance(value, dict | list | tuple)


def _digits(number: float) -> str | None:
    """A number as a person would write it: phones and ids arrive as numbers, too."""
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    try:
        return str(number)
    except ValueError:  # Python refuses to write out more than 4300 digits.
        return None
