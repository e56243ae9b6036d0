"""What must hold between the parts of a document, once each part is right in itself."""

from collections.abc import Iterator

from app.config.document import Config
from app.config.errors import ConfigProblem
from app.config.people import Agent
from app.config.reading import Document
from app.config.rule_doubts import rule_doubts

_NEEDS = {"sms": "phone", "voice": "phone", "email": "email"}
"""What a channel must know of a person to reach them."""


def check_rules(config: Config, document: Document) -> Iterator[ConfigProblem]:
    """Mistakes that only show when two parts are seen together."""
    yield from _last_rule_takes_all(config, document)
    yield from _managers_exist(config, document)
    yield from _people_can_be_reached(config, document)
    yield from _mails_have_subjects(config, document)


def doubts(config: Config, document: Document) -> Iterator[ConfigProblem]:
    """What is allowed and probably not meant."""
    yield from rule_doubts(config, document)
    yield from _skipped_channels(config, document)
    yield from _last_steps_on_one_service(config, document)
    yield from _alerts_without_ears(config, document)


def _alerts_without_ears(config: Config, document: Document) -> Iterator[ConfigProblem]:
    managers = any(agent.role == "manager" for agent in config.agents) or any(
        team.manager for team in config.teams.values()
    )
    if config.sources and not (config.alerts.to or managers or config.on_call):
        yield document.problem(
            ("sources",),
            "nobody hears of a source that is refused or falls silent: "
            "give a team a `manager`, or write `alerts: {to: [...]}`",
        )


def _skipped_channels(config: Config, document: Document) -> Iterator[ConfigProblem]:
    for at, agent in enumerate(config.agents):
        for channel in agent.reach:
            if not _reaches(agent, channel):
                yield document.problem(
                    ("agents", at, "reach"),
                    f"{agent.id} has no {_NEEDS[channel]}: {channel} is skipped",
                )


def _last_steps_on_one_service(config: Config, document: Document) -> Iterator[ConfigProblem]:
    """When the last step fails, nobody hears of the lead: two services rarely fail at once."""
    for at, policy in enumerate(config.sla):
        via = [config.channels[name] for name in policy.steps[-1].via if name in config.channels]
        if len(via) == len(policy.steps[-1].via) > 0 and len({each.kind for each in via}) == 1:
            yield document.problem(
                ("sla", at, "steps", len(policy.steps) - 1, "via"),
                f"the last step depends on {via[0].kind} alone: add a channel of another service",
            )


def _last_rule_takes_all(config: Config, document: Document) -> Iterator[ConfigProblem]:
    last = len(config.routing.rules) - 1
    if not config.routing.rules[last].when.is_empty:
        yield document.problem(
            ("routing", "rules", last),
            "the last rule must take every lead that is left: add one without `when`",
        )


def _managers_exist(config: Config, document: Document) -> Iterator[ConfigProblem]:
    recipients = (
        recipient
        for policy in config.sla
        for step in policy.steps
        for recipient in (step.remind, step.escalate, step.then)
    )
    if not any(recipient and recipient.role == "manager" for recipient in recipients):
        return
    for name, team in config.teams.items():
        if team.manager is None:
            yield document.problem(
                ("teams", name), "give this team a `manager`: an SLA step escalates to the manager"
            )


def _people_can_be_reached(config: Config, document: Document) -> Iterator[ConfigProblem]:
    for at, agent in enumerate(config.agents):
        if not any(_reaches(agent, channel) for channel in agent.reach):
            needs = sorted({_NEEDS[channel] for channel in agent.reach}) or ["a channel in `reach`"]
            yield document.problem(
                ("agents", at), f"nobody could tell {agent.id} anything: give {' or '.join(needs)}"
            )


def _reaches(agent: Agent, channel: str) -> bool:
    needed = _NEEDS.get(channel)
    return needed is None or getattr(agent, needed) is not None


def _mails_have_subjects(config: Config, document: Document) -> Iterator[ConfigProblem]:
    names = {
        name
        for response in config.auto_responses
        for templates in (
            response.templates,
            response.after_hours.templates if response.after_hours else {},
        )
        for channel, name in templates.items()
        if channel == "email"
    } | {step.email for plan in config.follow_up_plans for step in plan.steps if step.email}
    for name in sorted(names & config.templates.keys()):
        if not config.templates[name].subject:
            yield document.problem(
                ("templates", name), "an e-mail needs a `subject` beside its `body`"
            )
