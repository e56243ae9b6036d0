"""May a message still be sent? Everything that can forbid it, as one condition of one statement."""

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_

from app.domain.lead import CLOSED, LeadStatus
from app.domain.message import MessageKind
from app.store.among import among
from app.store.tables import leads, messages

BACK_TO_LEAD = (MessageKind.AUTO_RESPONSE, MessageKind.FOLLOW_UP)


def still_wanted() -> ColumnElement[bool]:
    """Everything that can forbid a send, looked up in the very statement that allows it."""
    still_open = and_(
        leads.c.id == messages.c.lead_id,
        leads.c.status.not_in(sorted(CLOSED)),
        leads.c.erased_at.is_(None),
        leads.c.merged_into.is_(None),
    )
    still_held = and_(
        leads.c.id == messages.c.lead_id, leads.c.held.is_(True), leads.c.erased_at.is_(None)
    )
    not_erased = and_(leads.c.id == messages.c.lead_id, leads.c.erased_at.is_(None))
    met_already = leads.c.status.in_((LeadStatus.CONTACTED, LeadStatus.APPOINTMENT))
    return or_(
        messages.c.lead_id.is_(None),
        and_(
            messages.c.kind.in_((MessageKind.REMINDER, MessageKind.ESCALATION)),
            exists().where(still_open, leads.c.epoch == messages.c.epoch),
        ),
        and_(
            messages.c.kind == MessageKind.OWNER_ALERT,
            messages.c.deadline_at.is_(None),
            exists().where(still_open, leads.c.owner == messages.c.recipient),
        ),
        and_(
            messages.c.kind == MessageKind.OWNER_ALERT,
            exists().where(still_open, _on_offer()),
        ),
        and_(
            messages.c.kind.in_(BACK_TO_LEAD),
            exists().where(still_open, ~met_already),
        ),
        and_(messages.c.kind == MessageKind.FETCH, exists().where(still_held)),
        and_(messages.c.kind == MessageKind.NOTICE, exists().where(not_erased)),
    )


def _on_offer() -> ColumnElement[bool]:
    """The very offer that the message tells of, known by its end, still stands."""
    return and_(
        leads.c.owner.is_(None),
        leads.c.offered_until == messages.c.deadline_at,
        leads.c.offered_until > bindparam("at"),
        among(messages.c.recipient, leads.c.offered_to),
    )
