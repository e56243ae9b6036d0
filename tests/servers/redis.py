"""A real Redis on a free port, which keeps nothing on disk: a restart is a wipe."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis as Client
from redis.exceptions import RedisError

from tests.servers.binaries import redis_binary
from tests.servers.ports import free_port
from tests.servers.processes import Process, clean_environment


class RedisServer:
    """Started, crashed and started again, always on the same port."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def process(self) -> Process:
        """The one that runs now, or ran last: to freeze it, or to read its log."""
        if self._process is None:
            raise RuntimeError("Redis was never started")
        return self._process

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = [redis_binary(), "--port", str(self.port), "--dir", str(self._folder), *options]
        log = self._folder / "redis.log"
        self._process = Process(command, env=clean_environment(), log=log)
        self._process.wait_until(self._answers)

    def stop(self) -> None:
        """End it politely."""
        self.process.thaw()
        self.process.terminate()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill9()

    def restart(self) -> None:
        """Kill it and start it again, empty."""
        self.kill()
        self.start()

    def flushall(self) -> None:
        """Forget everything, while it runs."""
        with self._client() as client:
            client.flushall()

    def _answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except RedisError:
            return False

    def _client(self) -> Client:
        return Client(port=self.port, socket_timeout=2, socket_connect_timeout=2)


@contextmanager
def redis() -> Iterator[RedisServer]:
    """Run a Redis for the length of a `with` block."""
    with tempfile.TemporaryDirectory(prefix="lead-router-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
