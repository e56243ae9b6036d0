"""Routing rules: what each says, and how often it decided."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from app.api.access import WHOLE_HOUSE, Overseer
from app.api.shapes.base import Instant, When
from app.api.state import Held, Now, Reading
from app.config.in_words import rule_in_words
from app.domain.errors import FieldProblem, InvalidFields
from app.store.rule_hits import Hits, RuleHits, rule_hits

router = APIRouter(prefix="/v1/routing", tags=["reports"], dependencies=[WHOLE_HOUSE])

BY_DEFAULT = timedelta(days=30)
DIGITS = 4


class HitsOut(BaseModel):
    hits: int = Field(description="Decisions by it, within the time asked for.")
    last_hit_at: Instant | None = Field(description="The last of these; `null`: there is none.")


class RuleOut(HitsOut):
    """A rule of the config in force. Zero `hits`: no lead was routed by it."""

    name: str
    position: int = Field(description="1 is asked first.")
    says: str = Field(description="What it asks, and where it sends a lead.")
    share: float | None = Field(description="Of all decisions by a rule; `null`: there are none.")


class GoneOut(HitsOut):
    """A rule of an older version, which the config in force does not have."""

    name: str


class BesidesOut(BaseModel):
    """Decisions for which no rule was asked."""

    returning: HitsOut = Field(description="A known person stayed with their owner.")
    by_hand: HitsOut = Field(description="A person assigned or claimed the lead.")


class RulesOut(BaseModel):
    since: Instant = Field(serialization_alias="from")
    to: Instant
    config_version: int
    decisions: int = Field(description="All within the time, by a rule or not.")
    items: list[RuleOut]
    gone: list[GoneOut]
    besides: BesidesOut


@router.get("/rules")
async def list_rules(
    _: Overseer,
    tx: Reading,
    held: Held,
    now: Now,
    from_: Annotated[When | None, Query(alias="from", description="30 days before `to`.")] = None,
    to: Annotated[When | None, Query(description="Now.")] = None,
) -> RulesOut:
    """Each rule in the order in which rules are asked, with its decisions.

    Counts decisions from `from` up to, not including, `to`. A lead that is routed again is
    one decision more.
    """
    # What was decided at this very instant counts, unless an end was asked for.
    until = to or now + timedelta(microseconds=1)
    since = from_ or _a_month_before(to or now)
    if since >= until:
        raise InvalidFields((FieldProblem("from", "must be earlier than `to`"),))
    found = await rule_hits(tx, since=since, until=until)
    snapshot = held.live.snapshot
    rules = snapshot.config.routing.rules
    total = sum(each.count for each in found.by_rule.values())
    return RulesOut(
        since=since,
        to=to or now,
        config_version=snapshot.version,
        decisions=found.decisions,
        items=[
            RuleOut(
                name=rule.name,
                position=position,
                says=rule_in_words(rule),
                share=_share(found.by_rule.get(rule.name, Hits()).count, total),
                **_hits(found.by_rule.get(rule.name, Hits())),
            )
            for position, rule in enumerate(rules, start=1)
        ],
        gone=_gone(found, {rule.name for rule in rules}),
        besides=BesidesOut(
            returning=HitsOut(**_hits(found.returning)), by_hand=HitsOut(**_hits(found.by_hand))
        ),
    )


def _a_month_before(until: datetime) -> datetime:
    try:
        return until - BY_DEFAULT
    except OverflowError as error:
        raise InvalidFields((FieldProblem("to", "lies before there was any lead"),)) from error


def _hits(found: Hits) -> dict[str, Any]:
    return {"hits": found.count, "last_hit_at": found.last_at}


def _share(count: int, total: int) -> float | None:
    return round(count / total, DIGITS) if total else None


def _gone(found: RuleHits, known: Iterable[str]) -> list[GoneOut]:
    names = sorted(found.by_rule.keys() - set(known))
    return [GoneOut(name=name, **_hits(found.by_rule[name])) for name in names]
