"""The service itself as real processes: `lead-router serve`, `lead-router worker`, or another."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.servers.ports import free_port
from tests.servers.processes import NotReady, Process, clean_environment, running

PROGRAM = str(Path(sys.executable).with_name("lead-router"))

_CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Serving:
    """A `lead-router serve` and where it listens."""

    process: Process
    url: str

    def wait_until_ready(self, *, within: float = 20.0) -> None:
        """Wait for a 200 from `/readyz`; `NotReady` with the end of its log otherwise."""
        self.process.wait_until(self._is_ready, within=within)

    def _is_ready(self) -> bool:
        try:
            answer = httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK


@contextmanager
def serving(
    env: Mapping[str, str], *, port: int | None = None, wait: bool = True, cwd: Path | None = None
) -> Iterator[Serving]:
    """Run `lead-router serve`, killed at the end; give `port` to come back where one was before.

    With `wait` false the caller is given it as it starts, to watch how it comes up.
    """
    port = port or free_port()
    where = {"LEADROUTER_HOST": "127.0.0.1", "LEADROUTER_PORT": str(port)}
    with running([PROGRAM, "serve"], env={**env, **where}, cwd=cwd) as process:
        service = Serving(process, f"http://127.0.0.1:{port}")
        if wait:
            service.wait_until_ready()
        yield service


@contextmanager
def working(
    env: Mapping[str, str], *, ready: str | None = None, cwd: Path | None = None
) -> Iterator[Process]:
    """Run `lead-router worker`, killed at the end; `ready` is a pattern of its log to wait for."""
    with running([PROGRAM, "worker"], env=env, cwd=cwd) as process:
        if ready is not None:
            process.wait_for_log(ready)
        yield process


def lead_router(*arguments: str, env: Mapping[str, str], within: float = 30.0) -> str:
    """Run a command such as `migrate` to its end and answer what it printed.

    `NotReady`, with all of its output, if it fails.
    """
    done = subprocess.run(
        [PROGRAM, *arguments],
        env={**clean_environment(), **env},
        cwd=_CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within,
        check=False,
    )
    if done.returncode:
        raise NotReady(f"lead-router {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
