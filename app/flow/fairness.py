"""The fairness ledger of a stretch of time, read from its decisions page by page."""

from collections.abc import Sequence
from datetime import datetime

from app.config.document import Config
from app.domain.facts import FactType
from app.domain.lead import LossCode
from app.routing.ledger import Entry, Ledger
from app.routing.terms import Terms
from app.store import configs, ledger
from app.store.database import Tx
from app.store.ledger import Ending, Given


async def keep_books(
    tx: Tx,
    *,
    since: datetime,
    until: datetime | None,
    teams: Sequence[str] | None,
    in_force: Config,
) -> Ledger:
    """The books of these teams, or of all, for the decisions from `since` to before `until`.

    What became of a lead later counts as it stands now. Reads three things a page, and holds
    one page at a time.
    """
    books = Ledger()
    terms: dict[int, Terms] = {}
    async for page in ledger.given(tx, since=since, until=until, teams=teams):
        for version in {each.config_version for each in page} - terms.keys():
            terms[version] = await _terms(tx, version, in_force)
        endings = await ledger.endings(tx, (each.lead_id for each in page))
        for each in page:
            books.enter(_entry(each, endings.get(each.lead_id, ()), terms[each.config_version]))
    return books


async def _terms(tx: Tx, version: int, in_force: Config) -> Terms:
    found = await configs.get(tx, version)
    assert found is not None  # noqa: S101 - versions are kept for ever.
    return Terms.of(found.document, in_force)


def _entry(given: Given, endings: Sequence[Ending], terms: Terms) -> Entry:
    return Entry(
        given.team,
        given.strategy,
        given.owner,
        given.detail,
        terms,
        _ended(given, endings),
        any(
            each.type == FactType.LEAD_TURN_RETURNED and each.data["decision"] == str(given.id)
            for each in endings
        ),
    )


def _ended(given: Given, endings: Sequence[Ending]) -> LossCode | None:
    """How the owner lost the lead, if they did before they were given it anew."""
    for each in endings:
        if each.at < given.at:
            continue
        if each.type == FactType.LEAD_DECLINED and each.actor == given.owner:
            return LossCode.DECLINED
        if each.data.get("from") == given.owner and each.data.get("code") is not None:
            return LossCode(each.data["code"])
        if each.at > given.at and each.data.get("owner") == given.owner:
            return None
    return None
