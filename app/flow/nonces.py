"""What proves one delivery only: whoever carries it a second time has copied it.

The check stands in the transaction that stores the delivery, after the claim: of two that
come at the same instant, the second one waits for the first one's commit and then sees it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from app.domain.errors import BadCredentials, NoSuch
from app.flow.arrivals import Arrival, Asked
from app.sources.repeats import by_id
from app.store import deliveries
from app.store.database import Tx
from app.store.keys import Asking, FirstSeen

REMEMBERED_FOR = timedelta(hours=24)
"""Longer than any sender's signature is believed."""


def claims(arrivals: Sequence[Arrival]) -> Iterator[Asking]:
    for arrival in arrivals:
        if arrival.reading.nonce is not None and not arrival.is_replay:
            yield Asking(
                source=arrival.webhook.source,
                key=_key(arrival.reading.nonce),
                delivery_id=arrival.id,
                lead_id=arrival.id,
                first_seen_at=arrival.received_at,
                expires_at=arrival.received_at + REMEMBERED_FOR,
            )


async def check(
    tx: Tx,
    arrivals: Sequence[Arrival],
    first_seen: Mapping[tuple[str, str], FirstSeen],
    repeats: Collection[Asked],
) -> None:
    """Raise `BadCredentials` for a forgery. The same delivery once more is none.

    It is the same if it says what was said before, or if its bytes are the same.
    """
    repeated = {each.arrival.id for each in repeats}
    for arrival in arrivals:
        nonce = arrival.reading.nonce
        if nonce is None or arrival.is_replay or arrival.id in repeated:
            continue
        first = first_seen[arrival.webhook.source, _key(nonce)].delivery_id
        if first != arrival.id and await _body(tx, first, arrivals) != arrival.webhook.body:
            raise BadCredentials(
                arrival.webhook.source, "its token was used before, by another delivery"
            )


async def _body(tx: Tx, delivery_id: UUID, arrivals: Sequence[Arrival]) -> bytes | None:
    for each in arrivals:
        if each.id == delivery_id:
            return each.webhook.body
    try:
        found: bytes | None = (await deliveries.get(tx, delivery_id))["body"]
    except NoSuch:
        return None
    return found


def _key(nonce: str) -> str:
    return by_id("nonce", nonce).key
