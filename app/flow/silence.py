"""Every source that is on, measured by its own pattern; an alert for each that is silent."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from app.domain import alert
from app.domain.alert import Alert
from app.snapshot import Snapshot
from app.sources.silence import LOOKED_AT, Quiet, quiet
from app.store import sources
from app.store.database import Tx
from app.store.sources import Arrivals

WHOLE_EVERY = timedelta(hours=1)
"""How often all arrivals are read anew: replays add some to hours long past."""

OVERLAP = timedelta(hours=1)
"""What is read again with the news: a transaction may end long after it arrived."""


class Listening:
    """Remembers when sources brought leads, so that a look asks only for the news.

    Of one process, and no truth: what it forgets is in the rows, and is read again.
    """

    def __init__(self) -> None:
        self._arrivals: dict[str, Arrivals] = {}
        self._read_at: datetime | None = None
        self._whole_at: datetime | None = None
        self._heard: set[tuple[str, datetime]] = set()

    async def measure(
        self, tx: Tx, *, snapshot: Snapshot, now: datetime
    ) -> Mapping[str, Quiet | None]:
        """How quiet each source is that is on. `None`: too little is known to say."""
        await self._catch_up(tx, now)
        return {
            source: quiet(told.by_hour, last_at=told.last_at, zone=snapshot.zone, now=now)
            for source, told in self._arrivals.items()
            if source in snapshot.config.sources and snapshot.why_off("source", source) is None
        }

    async def alerts(self, tx: Tx, *, snapshot: Snapshot, now: datetime) -> list[Alert]:
        """One for each silence that this process has not seen told, named by the last lead."""
        due = []
        for source, each in (await self.measure(tx, snapshot=snapshot, now=now)).items():
            if each is None or not each.is_silence or (source, each.last_at) in self._heard:
                continue
            last = await sources.lead_at(tx, source, each.last_at)
            # What is remembered may be old: then there was a lead, and no silence.
            if last is not None:
                due.append(
                    alert.silent(source, str(last), last_at=each.last_at, expected=each.expected)
                )
        return due

    def heard(self, told: Iterable[Alert]) -> None:
        """These are written: they need not be looked up at each look."""
        self._heard |= {
            (each.source, datetime.fromisoformat(each.said["last_at"])) for each in told
        }

    async def _catch_up(self, tx: Tx, now: datetime) -> None:
        if self._whole_at is None or now - self._whole_at >= WHOLE_EVERY:
            self._arrivals = dict(await sources.arrivals(tx, since=now - LOOKED_AT))
            self._whole_at = now
        else:
            since = (self._read_at or now) - OVERLAP
            # Whole hours: the count of an hour replaces what was known of it.
            whole = since.replace(minute=0, second=0, microsecond=0)
            for source, news in (await sources.arrivals(tx, since=whole)).items():
                known = self._arrivals.setdefault(source, news)
                known.last_at = max(known.last_at, news.last_at)
                known.by_hour |= news.by_hour
        self._read_at = now
