"""Runs the command line as a person would."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.servers.processes import clean_environment
from tests.servers.service import PROGRAM


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    exit_code: int
    out: str
    err: str


def run(*arguments: str, cwd: Path, **env: str) -> Done:
    """Run `lead-router`; `database_url="…"` sets `LEADROUTER_DATABASE_URL`."""
    variables = {f"LEADROUTER_{name.upper()}": value for name, value in env.items()}
    done = subprocess.run(
        [PROGRAM, *arguments],
        env={**clean_environment(), **variables},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
