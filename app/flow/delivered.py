"""What became of a delivery whose leads are fetched one by one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app.domain.delivery import DeliveryStatus, least_happy
from app.domain.errors import Unreadable
from app.store import deliveries, fetches, inquiries
from app.store.database import Tx
from app.store.deliveries import Standing


async def settle(tx: Tx, delivery_id: UUID, *, trouble: Unreadable | None = None) -> None:
    """Write down how the delivery stands now: as its least happy lead does.

    Two leads of one delivery may be done at the same time: the second one waits here, and
    then sees the first. `trouble` is why one of them was given up just now.
    """
    row = await deliveries.lock(tx, delivery_id)
    ids = [UUID(each) for each in row["leads"]]
    asked_here = await deliveries.asked_in(tx, delivery_id, ids)
    still_asked_for = await fetches.under_way(tx, ids)
    status = least_happy(
        _status(lead, row["received_at"], asked_here, still_asked_for)
        for lead in await deliveries.standing_of(tx, ids)
    )
    values: dict[str, object] = {"status": status}
    if status is not DeliveryStatus.QUARANTINED:
        values |= {"reason": None, "read_until": None}
    elif trouble is not None:
        values |= {"reason": trouble.why, "read_until": trouble.where}
    await deliveries.change(tx, delivery_id, values)


async def settle_of(tx: Tx, lead_id: UUID) -> None:
    """The same for the delivery that made a lead, if one did."""
    delivery_id = await inquiries.first_delivery_of(tx, lead_id)
    if delivery_id is not None:
        await settle(tx, delivery_id)


def _status(
    lead: Standing,
    received_at: datetime,
    asked_here: Collection[UUID],
    still_asked_for: Collection[UUID],
) -> DeliveryStatus:
    if lead.held:
        waits = lead.id in still_asked_for
        return DeliveryStatus.HELD if waits else DeliveryStatus.QUARANTINED
    if lead.id not in asked_here:
        return DeliveryStatus.DUPLICATE
    if lead.is_test:
        return DeliveryStatus.TEST
    is_new = lead.merged_into is None and lead.received_at == received_at
    return DeliveryStatus.ACCEPTED if is_new else DeliveryStatus.UPDATED
