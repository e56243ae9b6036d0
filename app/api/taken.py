"""How we tell a sender what became of a delivery."""

from datetime import UTC, datetime
from typing import Any

from app.flow.arrivals import Taken


def shown(taken: Taken) -> dict[str, Any]:
    return {
        "delivery_id": str(taken.delivery_id),
        "status": taken.status.value,
        "leads": [
            {
                "id": str(lead.id),
                "status": lead.status.value,
                "owner": lead.owner,
                "sla": [{"step": step, "due_at": rfc3339(due_at)} for step, due_at in lead.due],
            }
            for lead in taken.leads
        ],
    }


def rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
