"""A real process in a group of its own: frozen, thawed, killed, waited for, and never orphaned.

Three things see to the last: leaving the `with` block kills the whole group, so does the end of
this interpreter, and should the interpreter be killed, the kernel kills the process.
"""

import atexit
import os
import re
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.binaries import setpriv_binary

_PATIENCE = 20.0
"""Seconds a process is given to become ready, or to end."""

_WATCHED = "--pdeathsig"
"""The option of `setpriv` that has the kernel end a process with the one that started it."""

_living: "weakref.WeakSet[Process]" = weakref.WeakSet()


class NotReady(RuntimeError):
    """A process ended, or stayed silent, before it was ready; the message ends with its log."""


class Process:
    """One started command.

    Start it from the main thread: the kernel ends it with the thread that started it.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        cwd: Path | None = None,
        user: str | None = None,
        orphaned: signal.Signals = signal.SIGKILL,
    ) -> None:
        """Start `command` with exactly the environment `env`, its whole output going to `log`.

        `user` is somebody else to run as, which only root can ask for. `orphaned` is the signal
        the kernel sends should this interpreter die.
        """
        self.command = tuple(command)
        self.log_file = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [*_guard(orphaned, user), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        _living.add(self)
        self._wait_for_guard()

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """`None` while it runs; the negative number of the signal that ended it, if one did."""
        return self._popen.poll()

    @property
    def is_running(self) -> bool:
        return self.exit_code is None

    @property
    def log(self) -> str:
        """Everything it has printed so far, stdout and stderr as they came."""
        return self.log_file.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send to every process of the group; to nobody, if it has ended."""
        if self.is_running:
            os.killpg(self.pid, number)

    def freeze(self) -> None:
        """Stop it where it stands, as a paused machine would; its connections stay open."""
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def kill9(self) -> None:
        """End the whole group at once, with no chance to tidy up."""
        self.signal(signal.SIGKILL)
        self._popen.wait()
        self._kill_left_behind()

    def terminate(self, *, within: float = _PATIENCE) -> int:
        """Ask it to end, wait, and answer its exit code; late is `subprocess.TimeoutExpired`."""
        if self.is_running:
            # Only the leader is asked: to tell its children is the leader's own duty.
            os.kill(self.pid, signal.SIGTERM)
        return self.wait(within=within)

    def wait(self, *, within: float = _PATIENCE) -> int:
        return self._popen.wait(within)

    def wait_for_log(self, pattern: str, *, within: float = _PATIENCE) -> "re.Match[str]":
        """Answer the first place where its output has `pattern`; `NotReady` if it never does."""
        found: list[re.Match[str]] = []

        def seen() -> bool:
            found.extend(re.finditer(pattern, self.log))
            return bool(found)

        self.wait_until(seen, within=within)
        return found[0]

    def wait_until(self, ready: Callable[[], bool], *, within: float = _PATIENCE) -> None:
        """Ask `ready` again and again; `NotReady` when time is up, or the process has ended."""
        give_up_at = time.monotonic() + within
        while True:
            # Read before asking, so that what it did as its last act still counts.
            was_running = self.is_running
            if ready():
                return
            if not was_running:
                raise NotReady(self._obituary(f"ended with exit code {self.exit_code}"))
            if time.monotonic() > give_up_at:
                raise NotReady(self._obituary(f"was not ready within {within:g} s"))
            time.sleep(0.02)

    def _wait_for_guard(self) -> None:
        """Return once the command itself runs: until then the kernel was not yet asked to watch."""
        words = Path(f"/proc/{self.pid}/cmdline")
        # Empty for an instant, while one program takes the place of another.
        while self.is_running:
            text = words.read_text()
            if text and _WATCHED not in text:
                return
            time.sleep(0.001)

    def _kill_left_behind(self) -> None:
        """The leader has gone; whoever it had started may still be in its group."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _obituary(self, what: str) -> str:
        return f"{Path(self.command[0]).name} {what}. The end of its log:\n{self.log[-4000:]}"


@contextmanager
def running(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
) -> Iterator[Process]:
    """Run `command` for the length of a `with` block, then kill what is left of it.

    `env` is added to `clean_environment()`. Without a `cwd` it runs in a folder of its own, which
    goes when it does.
    """
    with tempfile.TemporaryDirectory(prefix="lead-router-process-") as folder:
        environment = {**clean_environment(), **(env or {})}
        log = Path(folder, "log")
        process = Process(command, env=environment, log=log, cwd=cwd or Path(folder), user=user)
        try:
            yield process
        finally:
            process.kill9()


def clean_environment() -> dict[str, str]:
    """Answer this environment without the service's own variables, which a test sets itself."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LEADROUTER_")}
    return environment | {"PYTHONUNBUFFERED": "1"}


def _guard(orphaned: signal.Signals, user: str | None) -> list[str]:
    """Become `user`, and ask the kernel for a signal when this interpreter dies.

    By util-linux's `setpriv` and not by Python between fork and exec, which is unsafe beside
    threads. Changing user forgets the request, so the one program must do both, in its order.
    """
    guard = [setpriv_binary(), f"{_WATCHED}={orphaned.name}"]
    if user is not None:
        guard += [f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    return [*guard, "--"]


@atexit.register
def _kill_the_living() -> None:
    for process in list(_living):
        process.kill9()
