"""Routing rules that are allowed and can probably not do what was meant."""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase

from app.config.condition import Condition
from app.config.document import Config
from app.config.errors import ConfigProblem
from app.config.people import Agent
from app.config.reading import Document, Path
from app.config.routing import MATCH, Rule, Traits

_TRAITS = {"skills": "skill", "languages": "language", "licences": "licence", "zips": "zip"}


def rule_doubts(config: Config, document: Document) -> Iterator[ConfigProblem]:
    """What is allowed in the rules and probably not meant."""
    yield from _hidden(config, document)
    for at, rule in enumerate(config.routing.rules):
        path: Path = ("routing", "rules", at)
        for where, said in (*_impossible(rule, config), *_empty_handed(rule)):
            yield document.problem((*path, "to", "require", where), said)
        yield from _everything(rule.when, (*path, "when"), document)


def _hidden(config: Config, document: Document) -> Iterator[ConfigProblem]:
    """Rules that never apply, because one before them takes all that they would."""
    rules = config.routing.rules
    for at, rule in enumerate(rules[:-1]):
        if rule.when.is_empty:
            yield document.problem(
                ("routing", "rules", at),
                f"rule {rule.name} takes every lead: the rules after it never apply",
            )
    for at, rule in enumerate(rules):
        twin = next((each for each in rules[:at] if each.when == rule.when), None)
        if twin is not None and not rule.when.is_empty and twin.to.agent != "from_provider":
            yield document.problem(
                ("routing", "rules", at, "when"),
                f"rule {rule.name} asks the same as rule {twin.name} before it: it never applies",
            )


def _impossible(rule: Rule, config: Config) -> Iterator[tuple[str, str]]:
    """What is required of a team in which nobody has it."""
    team = rule.to.team
    if team is None or team not in config.teams:
        return
    members = [each for it in config.teams[team].members if (each := config.agent(it))]
    never = "this rule can never be carried out"
    lacking = False
    for trait, wanted in _required(rule.to.require):
        has = _has(trait)
        for value in wanted:
            if not any(has(agent, value) for agent in members):
                lacking = True
                yield trait, f"nobody in team {team} has {_TRAITS[trait]} {value}: {never}"
    demands = [(_has(trait), value) for trait, wanted in _required(rule.to.require)
               for value in wanted]  # fmt: skip
    together = any(all(has(agent, value) for has, value in demands) for agent in members)
    if demands and not lacking and not together:
        trait = next(trait for trait, _ in _required(rule.to.require))
        yield trait, f"nobody in team {team} has all that is required at once: {never}"


def _required(traits: Traits) -> list[tuple[str, tuple[str, ...]]]:
    """What is asked for by name; `match` asks for what each lead tells."""
    asked = [(trait, getattr(traits, trait)) for trait in _TRAITS]
    return [(trait, wanted) for trait, wanted in asked if wanted and wanted != (MATCH,)]


def _has(trait: str) -> Callable[[Agent, str], bool]:
    if trait == "zips":
        return lambda agent, value: any(fnmatchcase(value, area) for area in agent.zips)
    return lambda agent, value: (
        value.casefold() in {each.casefold() for each in getattr(agent, trait)}
    )


def _empty_handed(rule: Rule) -> Iterator[tuple[str, str]]:
    traits = rule.to.require
    for trait in sorted(traits.model_fields_set):
        if not getattr(traits, trait):
            yield trait, "an empty list requires nothing: leave it out, or say what is required"


def _everything(when: Condition, path: Path, document: Document) -> Iterator[ConfigProblem]:
    """A pattern that fits whatever there is."""
    for key in sorted(when.model_fields_set):
        if getattr(when, key) == ("*",):
            yield document.problem((*path, key), '"*" fits whatever is said: write known')
    for key, wanted in when.extra.items():
        if wanted == ("*",):
            yield document.problem(
                (*path, f"extra.{key}"), '"*" fits whatever is said: write known'
            )
    if when.not_ is not None:
        yield from _everything(when.not_, (*path, "not"), document)
