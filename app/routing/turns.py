"""Turn order by stride scheduling, and what an absence does to it.

Every member of a team has a number, `passed`: the turns they have taken or let pass,
weighed. The smallest takes the next lead and pays `SCALE // weight`. So as long as nobody
comes or goes, any two differ by at most one lead per unit of weight, over any stretch. In a
round robin that holds whoever comes and goes, for ties go to the longest wait. By weight,
two who stay while others come and go may differ by the sum of what each pays, and two of
whom one has just come back by what the lightest of the team pays and one of them.

Somebody away does not pay, so on return their number is the smallest by far, and they
would get every lead until they had "caught up": a flood for them, a drought for the
others. Hence the floor: the smallest number among the members *present* when a lead was
given out (on shift, switched on, not full). Who comes back below it is lifted to it, and is
next in line at best. The floor asks who was present, not who fitted the lead: somebody on
shift who lacked a skill for the last ten leads keeps their place below the others, for
nobody may rob them of the turns they waited through.

The floor is kept per team and never falls; the store persists it with the turns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Literal

from app.domain.lead import AgentId

SCALE = 720_720
"""One lead at weight 1. Divisible by 1 … 16, so that the usual weights pay exactly."""

AfterAbsence = Literal["hold_position", "catch_up", "baseline"]


def price(weight: int) -> int:
    """What one lead costs a member of this weight: never nothing, or they'd get them all."""
    return max(1, SCALE // max(1, weight))


@dataclass(frozen=True, slots=True)
class Line:
    """A team's turn order at one decision."""

    before: Mapping[AgentId, int]
    """The members' numbers as stored. A newcomer has none yet."""
    numbers: Mapping[AgentId, int]
    """The same, with those present who returned, or are new, put in line."""
    floor: int
    """The team's floor once this decision is taken."""

    def paid(self, agent: AgentId, price: int) -> dict[AgentId, int]:
        """Every number once `agent`, who is present, took a lead for `price`."""
        return {**self.numbers, agent: self.numbers[agent] + price}


def line_up(
    present: Sequence[AgentId],
    before: Mapping[AgentId, int],
    floor: int,
    after_absence: AfterAbsence,
) -> Line:
    """Who stands where, given the members' numbers as stored and who of them is present.

    A newcomer enters at the floor whatever the policy says: they are owed nothing from
    before they came.
    """
    numbers = _returned(list(map(before.get, present, repeat(floor))), floor, after_absence)
    in_line = dict(before)
    in_line.update(zip(present, numbers, strict=True))
    return Line(before, in_line, max(floor, min(numbers, default=floor)))


def _returned(numbers: list[int], floor: int, after_absence: AfterAbsence) -> list[int]:
    """Put back in line who is below the floor.

    Below it means they were away: nobody present at the last lead can be below it.
    """
    if after_absence == "catch_up" or min(numbers, default=floor) >= floor:
        return numbers
    level = floor if after_absence == "hold_position" else max(floor, *numbers)
    return [level if passed < floor else passed for passed in numbers]
