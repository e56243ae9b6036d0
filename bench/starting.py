"""How soon a second start serves: from the command to `ready`, on a database that is there."""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers.ports import free_port
from tests.servers.service import serving

_LIBRARIES = "import fastapi, uvicorn, pydantic_settings, sqlalchemy.ext.asyncio, aiosqlite"
"""What any such service has to load before it can say anything."""


@dataclass(frozen=True, slots=True)
class Starts:
    """Seconds, at the median."""

    ours: float
    libraries: float
    """A bare interpreter that loads the libraries, and ends."""


def starts(*, rounds: int) -> Starts:
    """Measure both by turns. The first start, which makes the database, is not counted."""
    with TemporaryDirectory() as folder:
        env = {"LEADROUTER_DATABASE_URL": f"sqlite:///{Path(folder) / 'lead-router.db'}"}
        _start(env)
        ours, libraries = [], []
        for _ in range(rounds):
            ours.append(_start(env))
            libraries.append(_load())
    return Starts(statistics.median(ours), statistics.median(libraries))


def _start(env: dict[str, str]) -> float:
    begun = time.perf_counter()
    with serving(env, port=free_port()):
        return time.perf_counter() - begun


def _load() -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", _LIBRARIES], check=True)
    return time.perf_counter() - begun
