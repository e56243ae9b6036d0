"""What a strategy is: the order in which people who could all take the lead come to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from app.domain.lead import AgentId
from app.routing.decision import CHOSEN, Codes
from app.routing.member import Member
from app.routing.roster import NEWCOMER, Standing, Turn
from app.routing.turns import SCALE

LATER_TURN = "later_turn"

_LATER_TURN: Codes = (LATER_TURN,)

_BEFORE_EVERYONE = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Contest:
    """At least one person available for this lead, and what they are compared by.

    Kept as it was read, not copied person by person: of two hundred, most are passed over
    at the first comparison.
    """

    contenders: Sequence[AgentId]
    """In the order of the document."""
    numbers: Mapping[AgentId, int]
    """Their turn numbers."""
    turns: Mapping[AgentId, Turn]
    standings: Mapping[AgentId, Standing]
    members: Mapping[AgentId, Member]
    former_owner: AgentId | None
    """Whose the person was when they last asked."""
    scores: Callable[[Sequence[AgentId]], list[int]]
    """Works out how well each of them fits; few strategies ask."""


class Measure(NamedTuple):
    """One thing that contenders are compared by."""

    values: Callable[[Contest, Sequence[AgentId]], list[Any]]
    """Reads the value of each of these contenders."""
    first: Callable[[Iterable[Any]], Any] = min
    """Which value goes first: `min` or `max`."""
    why_not: Callable[[Any, Any], str] | None = None
    """Reason code of who is behind here, by their value and the first. `None`: it only
    settles whose turn it is."""
    why: Callable[[Any], Codes] = lambda _: ()
    """What beside `chosen` is to be said of who is first, by their value."""


def _waiting_since(contest: Contest, agents: Sequence[AgentId]) -> list[datetime]:
    """When they last got a lead; who never did has waited longest of all."""
    turns = contest.turns
    return [turns.get(each, NEWCOMER).last_assigned_at or _BEFORE_EVERYONE for each in agents]


TURN = Measure(lambda contest, agents: [contest.numbers[each] for each in agents])
LONGEST_WAIT = Measure(_waiting_since)


@dataclass(frozen=True, slots=True)
class Strategy:
    """What is compared, in order. Who still ties goes by the order of the document."""

    name: str
    order: tuple[Measure, ...]
    price: Callable[[int], int] = lambda _: SCALE
    """What the chosen pays in turns, by weight. Every lead that a team gives out costs
    something."""
    offers: bool = False
    """It chooses nobody: the lead is offered to all contenders, and theirs who claims it."""


class Outcome(NamedTuple):
    """Who is chosen, and what is to be said of each contender."""

    winner: AgentId
    whys: dict[AgentId, Codes]


def decide(contest: Contest, strategy: Strategy) -> Outcome:
    """Compare all by the first measure, those who tie by the next, and so on."""
    whys = dict.fromkeys(contest.contenders, _LATER_TURN)
    level = contest.contenders
    why = [CHOSEN]
    for measure in strategy.order:
        values = measure.values(contest, level)
        first = measure.first(values)
        ahead = [agent for agent, value in zip(level, values, strict=True) if value == first]
        if measure.why_not is not None and len(ahead) < len(level):
            codes: dict[Any, Codes] = {
                each: (measure.why_not(each, first),) for each in set(values)
            }
            codes[first] = _LATER_TURN
            whys.update(zip(level, map(codes.__getitem__, values), strict=True))
        why.extend(measure.why(first))
        level = ahead
        if len(level) == 1:
            break
    winner = level[0]
    whys[winner] = tuple(why)
    return Outcome(winner, whys)
