"""People are told that something is wrong with a source or schedule: once for each cause.

The key of each message holds the cause, so any number of processes may find the same
thing: the first one writes, and the others change nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from app.config.document import Config
from app.config.recipients import Recipient
from app.domain.alert import FACT_OF, Alert
from app.domain.facts import Fact
from app.domain.identifiers import new_id
from app.domain.lead import AgentId
from app.domain.message import CLASS_OF, Message, MessageKind
from app.log import get_logger
from app.sla.firing import LAST_RESORT, resolve
from app.snapshot import Snapshot
from app.store import messages
from app.store.database import Tx
from app.store.write import add_facts

log = get_logger()

_MANAGER = Recipient(role="manager")


async def raise_alerts(
    tx: Tx, alerts: Sequence[Alert], *, snapshot: Snapshot, now: datetime
) -> list[Message]:
    """Write what is not written yet. Answers the new messages, to be rung for."""
    written: list[Message] = []
    # In one order, so that two transactions wait for each other in one direction only.
    for alert in sorted(alerts, key=lambda each: (each.kind, each.source, each.once)):
        to_all = list(_messages(alert, snapshot, now))
        new = [each for each in to_all if await messages.add_if_new(tx, each)]
        if not to_all:
            log.warning("alert.nobody_to_tell", alert=str(alert.kind), source=alert.source)
        if new or not to_all:
            await add_facts(tx, list(_facts(alert, new, now)))
        written += new
    return written


def _messages(alert: Alert, snapshot: Snapshot, now: datetime) -> Iterator[Message]:
    for agent in sorted(recipients(snapshot, now)):
        person = snapshot.people[agent]
        yield Message(
            id=new_id(now),
            # Without the channel: who is reached otherwise tomorrow has heard it all the same.
            key=f"alert:{alert.kind}:{alert.source}:{alert.once}:{agent}",
            kind=MessageKind.ALERT,
            cls=CLASS_OF[MessageKind.ALERT],
            recipient=agent,
            channel=person.reach[0] if person.reach else LAST_RESORT,
            config_version=snapshot.version,
            created_at=now,
            about={"alert": str(alert.kind), "source": alert.source, **alert.said},
            next_at=now,
        )


def recipients(snapshot: Snapshot, now: datetime) -> frozenset[AgentId]:
    """Whom alerts are for at this instant: as the config says, else every manager.

    Where nobody is of that role, the managers of teams, else whoever is on call. Empty only
    if there is nobody of these.
    """
    wanted = snapshot.config.alerts.to or (_MANAGER,)
    return frozenset(agent for each in wanted for agent in _meant(each, snapshot, now))


def _meant(to: Recipient, snapshot: Snapshot, now: datetime) -> Iterable[AgentId]:
    config, on_call = snapshot.config, snapshot.plan.on_call
    if to.role == "manager" and (managers := _managers(config)):
        return managers
    told = resolve(to, owner=None, team=None, config=config, on_call=on_call, now=now)
    return [each.agent for each in told]


def _managers(config: Config) -> set[AgentId]:
    by_role = {agent.id for agent in config.agents if agent.role == "manager"}
    of_teams = {team.manager for team in config.teams.values() if team.manager is not None}
    return by_role or of_teams


def _facts(alert: Alert, new: Sequence[Message], now: datetime) -> Iterator[Fact]:
    what = FACT_OF.get(alert.kind)
    if what is not None:
        told = [{"to": each.recipient, "channel": each.channel} for each in new]
        yield Fact(what, now, data={"source": alert.source, **alert.said, "told": told})
