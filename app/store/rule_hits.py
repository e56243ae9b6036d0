"""How often each routing rule decided, and when it last did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.routing.returning import RETURNING
from app.store.database import Tx
from app.store.tables import decisions


@dataclass(frozen=True, slots=True)
class Hits:
    """Decisions of one sort."""

    count: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleHits:
    """All decisions of a time."""

    by_rule: Mapping[str, Hits]
    returning: Hits = Hits()
    """No rule was asked: a known person stayed with their owner."""
    by_hand: Hits = Hits()
    """No rule was asked: a person assigned or claimed the lead."""

    @property
    def decisions(self) -> int:
        return sum(each.count for each in (*self.by_rule.values(), self.returning, self.by_hand))


async def rule_hits(tx: Tx, *, since: datetime, until: datetime) -> RuleHits:
    """The decisions made from `since` up to, not including, `until`."""
    found = await tx.conn.execute(
        select(decisions.c.rule, decisions.c.strategy, func.count(), func.max(decisions.c.at))
        .where(decisions.c.at >= since, decisions.c.at < until)
        .group_by(decisions.c.rule, decisions.c.strategy)
    )
    by_rule: dict[str, list[Hits]] = {}
    returning, by_hand = [], []
    for rule, strategy, count, last_at in found:
        hits = Hits(count, last_at)
        if strategy == RETURNING:
            returning.append(hits)
        elif rule is None:
            by_hand.append(hits)
        else:
            by_rule.setdefault(rule, []).append(hits)
    return RuleHits(
        {rule: _together(each) for rule, each in by_rule.items()},
        _together(returning),
        _together(by_hand),
    )


def _together(parts: Sequence[Hits]) -> Hits:
    last = max((each.last_at for each in parts if each.last_at is not None), default=None)
    return Hits(sum(each.count for each in parts), last)
