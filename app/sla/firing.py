"""A clock is due: who is told, and over which channels."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.config.document import Config
from app.config.people import Agent
from app.config.recipients import Recipient
from app.config.sla import Step
from app.domain.lead import AgentId

LAST_RESORT = "push"
"""The channel of whoever can be reached over no other: it needs no address."""

OnCall = Callable[[str, datetime], AgentId | None]
"""Who is on call by a schedule of the document at an instant: its rotation, or its feed."""


@dataclass(frozen=True, slots=True)
class Told:
    """One person to be told, and in which capacity."""

    agent: AgentId
    why: str


@dataclass(frozen=True, slots=True)
class Telling:
    """One message: to whom, over which channel of the document."""

    agent: AgentId
    channel: str


def recipients(
    step: Step,
    *,
    owner: AgentId | None,
    team: str | None,
    config: Config,
    on_call: OnCall,
    now: datetime,
) -> tuple[Told, ...]:
    """Whom the step reminds or escalates to, each once. Empty only without any manager."""
    to = step.escalate if step.remind is None else step.remind
    return resolve(to, owner=owner, team=team, config=config, on_call=on_call, now=now)


def next_recipients(
    step: Step,
    *,
    owner: AgentId | None,
    team: str | None,
    config: Config,
    on_call: OnCall,
    now: datetime,
) -> tuple[Told, ...]:
    """Whom the step goes on to when nobody acknowledged it: its `then`."""
    return resolve(step.then, owner=owner, team=team, config=config, on_call=on_call, now=now)


def resolve(
    to: Recipient | None,
    *,
    owner: AgentId | None,
    team: str | None,
    config: Config,
    on_call: OnCall,
    now: datetime,
) -> tuple[Told, ...]:
    """The people the document means for this lead, at this instant.

    When those it means do not exist (no owner yet, a schedule without anybody), a manager
    is told instead, for a deadline that nobody hears of is none.
    """
    if to is None:
        return ()
    lead = _Lead(owner, team, config, on_call, now)
    meant = tuple(told for told in _meant(to, lead) if config.agent(told.agent) is not None)
    return meant or _manager(lead)


def tell(step: Step, told: Iterable[Told], config: Config) -> tuple[Telling, ...]:
    """Every person over every channel of the step, where they have an address for it.

    A step without `via` uses each person's own `reach`, and so does one whose channels none
    of which reaches them.
    """
    people = [agent for each in told if (agent := config.agent(each.agent)) is not None]
    return tuple(
        dict.fromkeys(
            Telling(agent.id, channel) for agent in people for channel in _channels(step, agent)
        )
    )


@dataclass(frozen=True, slots=True)
class _Lead:
    owner: AgentId | None
    team: str | None
    config: Config
    on_call: OnCall
    now: datetime


def _meant(to: Recipient, lead: _Lead) -> tuple[Told, ...]:
    if to.on_call is not None:
        return _on_call(to.on_call, lead)
    if to.agent is not None:
        return (Told(to.agent, "named"),)
    if to.team is not None:
        return _members(to.team, lead.config)
    if to.role == "manager":
        return _manager(lead)
    return () if lead.owner is None else (Told(lead.owner, "owner"),)


def _manager(lead: _Lead) -> tuple[Told, ...]:
    """The nearest manager there is: of the team, of the owner's, on call, or any."""
    return _team_manager(lead) or _anybody_on_call(lead) or _any_manager(lead.config)


def _team_manager(lead: _Lead) -> tuple[Told, ...]:
    """The manager of the lead's team, else of the first team its owner is a member of."""
    teams = lead.config.teams
    # By name, for the order of a map may not survive being stored.
    owners = sorted(name for name, team in teams.items() if lead.owner in team.members)
    for name in (lead.team, *owners):
        manager = teams[name].manager if name in teams else None
        if manager is not None:
            return (Told(manager, f"manager of {name}"),)
    return ()


def _anybody_on_call(lead: _Lead) -> tuple[Told, ...]:
    for schedule in sorted(lead.config.on_call):
        if told := _on_call(schedule, lead):
            return told
    return ()


def _on_call(schedule: str, lead: _Lead) -> tuple[Told, ...]:
    if schedule not in lead.config.on_call:
        return ()
    agent = lead.on_call(schedule, lead.now)
    return () if agent is None else (Told(agent, f"on call for {schedule}"),)


def _any_manager(config: Config) -> tuple[Told, ...]:
    managers = (agent.id for agent in config.agents if agent.role == "manager")
    return tuple(Told(agent, "a manager, for want of anybody nearer") for agent in managers)[:1]


def _members(team: str, config: Config) -> tuple[Told, ...]:
    members = config.teams[team].members if team in config.teams else ()
    return tuple(Told(agent, f"member of {team}") for agent in dict.fromkeys(members))


def _channels(step: Step, agent: Agent) -> Sequence[str]:
    via = [channel for channel in step.via if _reaches(channel, agent)]
    own = [channel for channel in agent.reach if _reaches(channel, agent)]
    return via or own or (LAST_RESORT,)


def _reaches(channel: str, agent: Agent) -> bool:
    if channel == "email":
        return agent.email is not None
    if channel in {"sms", "voice"}:
        return agent.phone is not None
    return True
