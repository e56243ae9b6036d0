"""Whom does an event of a calendar mean? By its attendees, its title, its organizer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from app.domain.lead import AgentId

_WORD = re.compile(r"[\w@.+'-]+")
_AROUND = r"(?<![\w@.+-]){}(?![\w@+-]|\.\w)"
_SAYS_NOTHING = frozenset(
    {"on", "call", "on-call", "oncall", "is", "the", "for", "of", "and", "duty"}
    | {"rota", "rotation", "schedule", "shift", "day", "night", "week", "weekend"}
    | {"primary", "secondary", "backup", "lead", "manager", "team"}
)
"""Words that stand around a person's id in a title, and are nobody's."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whom the events of a feed may name."""

    id: AgentId
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """What an event says about who it is for. Addresses may begin with `mailto:`."""

    summary: str
    attendees: Sequence[str] = ()
    organizer: str | None = None


class People:
    """Those whom the events of one schedule may name, made ready to be found in titles."""

    def __init__(self, members: Sequence[Member], *, schedule: str = "") -> None:
        self._by_address = {_plain(each.email): each.id for each in members if each.email}
        # A name of one word is looked for as an id is: Grace may be part of a title.
        self._by_full_name = [
            (re.compile(_AROUND.format(re.escape(_plain(text)))), each.id)
            for each in members
            for text in (each.name, each.email)
            if text and (text == each.email or " " in _plain(text))
        ]
        self._by_word = {_plain(each.name): each.id for each in members}
        self._by_word |= {_plain(each.id): each.id for each in members}
        self._filling = _SAYS_NOTHING | set(_words(schedule.replace("-", " ").replace("_", " ")))

    def whom(self, event: Named) -> AgentId | None:
        """The one whom the event means; `None` when it names nobody of them.

        Whoever is both named in the title and invited; else somebody invited who did not
        merely make the entry; else whom the title names; else the organizer.
        """
        organizer = self._at(event.organizer)
        invited = [found for each in event.attendees if (found := self._at(each)) is not None]
        named = self._in_title(event.summary)
        both = [each for each in named if each in invited or each == organizer]
        others = [each for each in invited if each != organizer]
        return next(iter((*both, *others, *named, *invited)), organizer)

    def _at(self, address: str | None) -> AgentId | None:
        if address is None:
            return None
        return self._by_address.get(_plain(address).removeprefix("mailto:"))

    def _in_title(self, title: str) -> list[AgentId]:
        """By full name or address anywhere in it; by id where nothing else is said."""
        plain = _plain(title)
        full = [(found.start(), each) for it, each in self._by_full_name
                if (found := it.search(plain))]  # fmt: skip
        if full:
            return [each for _, each in sorted(full)]
        left = [each for each in _words(plain) if each not in self._filling]
        # A number says which shift it is, or which line of support.
        left = [each for each in left if not each.isdigit()]
        alone = self._by_word.get(" ".join(left)) or self._by_word.get(plain)
        return [] if alone is None else [alone]


def _words(text: str) -> list[str]:
    found = (each.strip(".'-+") for each in _WORD.findall(_plain(text)))
    return [each for each in found if each]


def _plain(text: str) -> str:
    """Without differences that nobody sees: case, composed accents, more than one space."""
    return " ".join(normalize("NFKC", text).casefold().split())
