"""Whether a text is one of several, or fits a pattern such as `342*`."""

from collections.abc import Callable
from fnmatch import translate
from re import compile as compile_pattern


def text_matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text is one of these, or fits one that holds `*` or `?`; case is ignored.

    Brackets are no pattern: people write them into names of campaigns.
    """
    folded = {pattern.casefold() for pattern in patterns}
    exact = {each for each in folded if not is_pattern(each)}
    begin = {each for each in folded if each.endswith("*") and not is_pattern(each[:-1])}
    end = {each for each in folded if each.startswith("*") and not is_pattern(each[1:])}
    starts, ends = tuple(each[:-1] for each in begin), tuple(each[1:] for each in end)
    others = [
        compile_pattern(translate(each.replace("[", "[[]"))).match
        for each in folded - exact - begin - end
    ]

    def is_plain(text: str) -> bool:
        text = text.casefold()
        return text in exact or text.startswith(starts) or text.endswith(ends)

    def matches(text: str) -> bool:
        folded = text.casefold()
        return is_plain(text) or any(match(folded) for match in others)

    return matches if others else is_plain


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text
