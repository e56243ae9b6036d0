"""What is wrong with a config document: everything at once, each with its line."""

from dataclasses import dataclass

from app.domain.errors import Invalid

MOST = 200
"""Mistakes of one sort that are told at once: nobody reads more, and each costs time."""


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One mistake: where it stands, and what to do about it. Never quotes a secret."""

    line: int | None
    """Line of the file, from 1; `None` where the document came as JSON."""
    path: str
    """Such as `sla.0.steps.1.after`; empty for the document itself."""
    problem: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line is not None else ""
        return f"{where}{self.path}: {self.problem}" if self.path else f"{where}{self.problem}"


@dataclass(eq=False)
class ConfigInvalid(Invalid):
    """The config has mistakes."""

    problems: tuple[ConfigProblem, ...]

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def in_order(problems: list[ConfigProblem]) -> tuple[ConfigProblem, ...]:
    """Without repeats, from the top of the file down."""
    return tuple(sorted(set(problems), key=lambda each: (each.line or 0, each.path, each.problem)))
