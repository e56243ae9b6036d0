"""Who got how much of what a team gave out, against what was theirs: exact, lead by lead.

A lead counts if it cost its owner a turn. Each one belongs in equal parts, or in parts by
weight where it was given out by weight, to all who could have taken it. The sum of
somebody's parts is what they were *entitled* to; less the leads they took, it is what they
are *owed*. So a team owes its members nothing on the whole: what one is owed, others are
ahead. Who was away when a lead came has no part in it.

All of it is integers and fractions, so the books balance to the last digit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from app.domain.lead import LossCode
from app.routing.terms import Terms

Way = Literal["by_turn", "named", "claimed", "assigned", "returning", "fallback"]
"""How somebody came to a lead: in line, by a rule that names them, by their own claim, by a
person's hand, as the person's owner from before, or because nobody else was there."""
WAYS: tuple[Way, ...] = ("by_turn", "named", "claimed", "assigned", "returning", "fallback")

_WAY_OF: Mapping[str | None, Way] = {
    "claim": "claimed",
    "manual": "assigned",
    "returning": "returning",
    "nobody_available": "fallback",
}
_NOT_ABLE = frozenset(
    {
        *("off_shift", "paused", "paused_by_manager", "at_capacity", "not_in_zip"),
        *("lost_this_lead", "not_in_config"),
    }
)


@lru_cache(1_000)
def kept_away(code: str) -> bool:
    """Whether the code says that somebody could not take a lead, rather than was outranked."""
    return code.partition(":")[0] in _NOT_ABLE or code.startswith("lacks_")


class Entry(NamedTuple):
    """One decision that named an owner, as it was stored."""

    team: str
    strategy: str | None
    owner: str
    detail: Mapping[str, Any]
    terms: Terms
    """Of the version that it was made under."""
    ended: LossCode | None = None
    """How the owner lost it, if they did before it was given to them again."""
    turn_returned: bool = False
    """They got their turn back: the lead counts as never given."""


@dataclass(slots=True)
class _Member:
    leads: Counter[Way] = field(default_factory=Counter)
    ended: Counter[LossCode] = field(default_factory=Counter)
    taken: int = 0
    able: int = 0
    parts: Counter[int] = field(default_factory=Counter)
    """Numerators by denominator: adding fractions one by one would take ten times as long."""
    outranked: Counter[str] = field(default_factory=Counter)
    away: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Account:
    """One member's."""

    agent: str
    leads: Mapping[Way, int]
    """Those that ended by a returned turn are left out."""
    taken: int
    """Leads that cost a turn."""
    entitled: Fraction
    able: int
    """How many of the team's counted leads they could have taken."""
    outranked: Mapping[str, int]
    """Of these, how many went to somebody else, by reason code without its detail."""
    away: Mapping[str, int]
    """How many they could not have taken, by the first reason code of each."""
    ended: Mapping[LossCode, int]

    @property
    def owed(self) -> Fraction:
        """In leads. Positive: the others had them. Negative: they are ahead."""
        return self.entitled - self.taken


@dataclass(frozen=True, slots=True)
class TeamAccount:
    """One team's."""

    team: str
    strategies: Mapping[str, int]
    """How many leads found an owner by which strategy."""
    counted: int
    """Leads that cost a turn."""
    members: tuple[Account, ...]

    @property
    def max_deviation(self) -> Fraction:
        """How far the member who is farthest from their share is from it, in leads."""
        return max((abs(each.owed) for each in self.members), default=Fraction(0))

    def share(self, account: Account) -> Fraction | None:
        return Fraction(account.taken, self.counted) if self.counted else None

    def fair_share(self, account: Account) -> Fraction | None:
        return account.entitled / self.counted if self.counted else None


@dataclass(slots=True)
class Ledger:
    """Takes entries in any order; the books are the same."""

    _strategies: dict[str, Counter[str]] = field(default_factory=dict)
    _counted: Counter[str] = field(default_factory=Counter)
    _members: dict[str, dict[str, _Member]] = field(default_factory=dict)

    def enter(self, entry: Entry) -> None:
        team = self._members.setdefault(entry.team, {})
        if not _was_given(entry):
            return
        owner = team.setdefault(entry.owner, _Member())
        if entry.ended is not None:
            owner.ended[entry.ended] += 1
        if entry.turn_returned:
            return
        way = _way(entry)
        owner.leads[way] += 1
        self._strategies.setdefault(entry.team, Counter())[entry.strategy or way] += 1
        if way == "by_turn":
            self._share(_able(entry, team), entry, by_weight=entry.strategy == "weighted")
        elif entry.detail.get("turn_paid"):
            by_weight = entry.team in entry.terms.by_weight
            self._share(_beside(entry, team), entry, by_weight=by_weight)

    def _share(self, able: Iterable[str], entry: Entry, *, by_weight: bool) -> None:
        team, weights = self._members[entry.team], entry.terms.weights
        parts = {each: weights.get(each, 1) if by_weight else 1 for each in able}
        whole = sum(parts.values())
        for agent, part in parts.items():
            member = team.get(agent)
            if member is None:
                member = team[agent] = _Member()
            member.parts[whole] += part
            member.able += 1
        self._counted[entry.team] += 1
        team[entry.owner].taken += 1

    def account_of(self, team: str, besides: Iterable[str] = ()) -> TeamAccount:
        """The team's books, by id: all who had to do with its leads, and those `besides`."""
        members = self._members.get(team, {})
        everybody = sorted({*members, *besides})
        return TeamAccount(
            team,
            dict(sorted(self._strategies.get(team, Counter()).items())),
            self._counted[team],
            tuple(_account(each, members.get(each, _Member())) for each in everybody),
        )

    @property
    def teams(self) -> list[str]:
        return sorted(self._members)


def _account(agent: str, member: _Member) -> Account:
    return Account(
        agent,
        {way: member.leads[way] for way in WAYS},
        member.taken,
        sum((Fraction(part, whole) for whole, part in member.parts.items()), Fraction(0)),
        member.able,
        dict(sorted(member.outranked.items())),
        dict(sorted(member.away.items())),
        dict(sorted(member.ended.items())),
    )


def _was_given(entry: Entry) -> bool:
    """Whether the decision chose its owner, and did not just leave the lead with them."""
    return any(
        each["chosen"] and each["agent"] == entry.owner for each in entry.detail["candidates"]
    )


def _way(entry: Entry) -> Way:
    if entry.detail.get("floor") is not None:
        return "by_turn"
    return _WAY_OF.get(entry.strategy, "named")


def _beside(entry: Entry, team: dict[str, _Member]) -> Iterable[str]:
    """Who could have taken a lead that came past the line.

    Those it was offered to; of one that was offered to nobody, all the team, for nobody
    looked who was there.
    """
    if entry.detail.get("offered"):
        return _able(entry, team)
    return {*entry.terms.members.get(entry.team, ()), entry.owner}


def _able(entry: Entry, team: dict[str, _Member]) -> list[str]:
    """Who could have taken the lead; why it went past each of the others is noted."""
    members = entry.terms.members.get(entry.team)
    able = []
    for each in entry.detail["candidates"]:
        agent, code = each["agent"], each["why"][0]
        if members is not None and agent not in members:
            continue  # Of a team that was asked before, where nobody could.
        member = team.get(agent)
        if member is None:
            member = team[agent] = _Member()
        if each["chosen"]:
            able.append(agent)
        elif kept_away(code):
            member.away[code] += 1
        else:
            able.append(agent)
            member.outranked[code.partition(":")[0]] += 1
    return able
