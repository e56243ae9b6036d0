"""What was probably meant: the known word that is nearest to one that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """` Did you mean x?`, or nothing where no known word is near."""
    if not isinstance(word, str) or len(word) > 100:
        return ""
    near = get_close_matches(word.lower(), list(known), n=1)
    return f" Did you mean {near[0]}?" if near else ""
