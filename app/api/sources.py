"""Sources: whether each is on, what it brought lately, and whether it has fallen silent."""

from fastapi import APIRouter

from app.api.access import WHOLE_HOUSE, Overseer
from app.api.shapes.base import Listing
from app.api.shapes.deliveries import SourceOut
from app.api.state import Now, Reading, Serve
from app.sources.registry import SOURCES
from app.store import sources

router = APIRouter(prefix="/v1/sources", tags=["deliveries"], dependencies=[WHOLE_HOUSE])


@router.get("")
async def list_sources(_: Overseer, tx: Reading, serve: Serve, now: Now) -> Listing[SourceOut]:
    """Every source of the config, by name."""
    snapshot = serve.held.live.snapshot
    last = await sources.last_of_each(tx)
    counts = await sources.last_day(tx, now=now)
    quiets = await serve.listening.measure(tx, snapshot=snapshot, now=now)
    items = []
    for name, settings in sorted(snapshot.config.sources.items()):
        why_off = snapshot.why_off("source", name)
        quiet = quiets.get(name)
        items.append(
            SourceOut(
                id=name,
                kind=settings.kind,
                title=SOURCES[settings.kind].about.title,
                path=f"/webhooks/{name}",
                on=why_off is None,
                why_off=why_off,
                last_delivery_at=last[name].delivery_at if name in last else None,
                last_lead_at=last[name].lead_at if name in last else None,
                last_day=dict(counts.get(name, {})),
                refused=serve.refusals.counts[name],
                silent=None if quiet is None else quiet.is_silence,
                expected=None if quiet is None else round(quiet.expected, 1),
            )
        )
    return Listing(items=items)
