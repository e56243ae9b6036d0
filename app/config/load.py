"""From a config file to a checked config: every mistake at once, and what is off."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from pydantic import ValidationError

from app.config.document import Config
from app.config.environment import Filled, fill
from app.config.errors import MOST, ConfigInvalid, ConfigProblem, in_order
from app.config.explain import explain
from app.config.reading import Document, read_yaml
from app.config.references import check_references, unwritten_templates
from app.config.repeats import check_repeats
from app.config.rules import check_rules, doubts
from app.config.switches import Off, switch_off
from app.config.template_syntax import check_templates

__all__ = ["Checked", "Document", "Off", "check", "read_yaml"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A config that may be served."""

    config: Config
    off: tuple[Off, ...]
    """Sources, channels and subscribers whose variables are not set."""
    warnings: tuple[ConfigProblem, ...] = ()
    """What is allowed and probably not meant."""


def check(document: Document, environ: Mapping[str, str]) -> Checked:
    """Fill in the variables and check everything. `ConfigInvalid` with all mistakes."""
    filled = fill(document.raw, environ)
    off = switch_off(filled)
    problems = [
        *document.problems,
        *_unfilled(document, filled),
        *islice(check_references(document, filled.raw), MOST),
        *islice(check_repeats(document, filled.raw), MOST),
        *check_templates(document, filled.raw),
    ]
    config = _config(document, filled, problems)
    if config is not None:
        problems += check_rules(config, document)
    if config is None or problems:
        raise ConfigInvalid(in_order(problems))
    warnings = [*doubts(config, document), *unwritten_templates(document, filled.raw)]
    return Checked(config, off, in_order(warnings))


def _config(document: Document, filled: Filled, problems: list[ConfigProblem]) -> Config | None:
    try:
        return Config.model_validate(filled.raw)
    except ValidationError as error:
        known = {problem.path for problem in problems}
        problems += [each for each in explain(error, document) if each.path not in known]
        return None


def _unfilled(document: Document, filled: Filled) -> list[ConfigProblem]:
    wrong = [document.problem(path, why) for path, why in filled.wrong.items()]
    return wrong + [
        document.problem(
            path,
            f"the environment variable {' and '.join(names)} is not set: "
            f"set it, or write ${{{names[0]}:-default}}",
        )
        for path, names in filled.unset.items()
    ]
