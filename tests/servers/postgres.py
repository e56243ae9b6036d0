"""A real PostgreSQL on a free port, its data in a temporary folder.

Fast by default, since most tests never crash it; `durable=True` writes through to the disk as a
production server does, for the tests that do.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.servers.binaries import postgres_binary
from tests.servers.ports import free_port
from tests.servers.processes import Process, clean_environment

ROLE = "lead_router"
"""The superuser of every server started here; nobody is asked for a password."""

_RECKLESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class PostgresServer:
    """Started, crashed and started again, always on the same port and with the same data."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.port = free_port()
        self._data = folder / "data"
        self._log = folder / "log"
        self._durable = durable
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        """The one that runs now, or ran last: to read its log."""
        if self._process is None:
            raise RuntimeError("PostgreSQL was never started")
        return self._process

    def url(self, database: str = "postgres", *, port: int | None = None) -> str:
        """Where `database` is reached; `port` is that of a proxy in between, if there is one."""
        return f"postgresql://{ROLE}@127.0.0.1:{port or self.port}/{database}"

    def initialise(self) -> None:
        """Make the empty cluster, once."""
        names = [f"--username={ROLE}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        command = [postgres_binary("initdb"), "--no-sync", *names, str(self._data)]
        maker = self._launch(*command)
        if maker.wait(within=60):
            raise RuntimeError(f"initdb failed:\n{maker.log}")

    def start(self) -> None:
        """Start it, or start it again: what a crash left is recovered before this returns."""
        command = [postgres_binary("postgres"), "-D", str(self._data), *self._settings()]
        self._process = self._launch(*command)
        self._process.wait_until(self._accepts)

    def stop(self) -> None:
        """End it politely: clients are cut off, the data is tidy."""
        self._end(signal.SIGINT)

    def kill_immediate(self) -> None:
        """Crash it: clients are cut off, nothing is flushed, the next start has to recover."""
        self._end(signal.SIGQUIT)

    def restart(self) -> None:
        """Crash it and start it again."""
        self.kill_immediate()
        self.start()

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Make a database, as a copy of `template`, and answer its URL.

        A copy takes some 60 ms however much was migrated in the template, which nobody may be
        connected to meanwhile. Files are copied as they are: written through the log, which
        is what PostgreSQL does by itself, it would take four times as long.
        """
        self._run("createdb", f"--template={template}", "--strategy=file_copy", name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop it, if it is there, under whoever is still connected."""
        self._run("dropdb", "--if-exists", "--force", name)

    def query(self, sql: str, *, database: str = "postgres") -> str:
        """Run some SQL from outside and answer psql's bare output, one line a row."""
        return self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d", database)

    def _launch(self, *command: str) -> Process:
        return Process(
            command,
            env=clean_environment(),
            log=self._log,
            # The user it runs as may not be able to see where the tests were started from.
            cwd=self._data.parent,
            user=_owner(),
            # An immediate shutdown, which takes its many children along.
            orphaned=signal.SIGQUIT,
        )

    def _settings(self) -> list[str]:
        safety = _DURABLE if self._durable else _RECKLESS
        settings = safety | {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        return [f"--{name}={value}" for name, value in settings.items()]

    def _accepts(self) -> bool:
        command = [postgres_binary("pg_isready"), "--quiet", *self._address()]
        return subprocess.run(command, check=False).returncode == 0

    def _end(self, number: signal.Signals) -> None:
        if self.process.is_running:
            os.kill(self.process.pid, number)
        self.process.wait()

    def _run(self, program: str, *arguments: str) -> str:
        command = [postgres_binary(program), *self._address(), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def _address(self) -> list[str]:
        return ["--host=127.0.0.1", f"--port={self.port}", f"--username={ROLE}"]


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Run a PostgreSQL for the length of a `with` block."""
    folder = Path(tempfile.mkdtemp(prefix="lead-router-postgres-"))
    try:
        if owner := _owner():
            shutil.chown(folder, owner, owner)
        server = PostgresServer(folder, durable=durable)
        server.initialise()
        try:
            server.start()
            yield server
        finally:
            with suppress(RuntimeError):
                server.kill_immediate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str | None:
    """PostgreSQL refuses to run as root; Debian's package brings a user for it."""
    return "postgres" if os.geteuid() == 0 else None
