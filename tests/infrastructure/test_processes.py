"""Processes of the tests: frozen, thawed, killed, waited for, and never left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.processes import NotReady, running

_COUNTING = """
import itertools, time
for number in itertools.count():
    print(number)
    time.sleep(0.01)
"""

_POLITE = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
print("ready")
time.sleep(60)
"""

_PARENT = """
import subprocess, time
child = subprocess.Popen(["sleep", "60"])
print("child", child.pid)
time.sleep(60)
"""

_STARTER = """
import os, signal, sys
from tests.servers.processes import running
with running(["sleep", "60"]) as process:
    print(process.pid, flush=True)
    if sys.argv[1] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    os.abort() if sys.argv[1] == "aborts" else sys.exit()
"""


def _python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def _is_gone(pid: int, *, within: float = 5.0) -> bool:
    """A process counts as gone when nothing, or nothing but its zombie, is left of it."""
    give_up_at = time.monotonic() + within
    while time.monotonic() < give_up_at:
        status = Path(f"/proc/{pid}/stat")
        try:
            if status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_a_frozen_process_does_nothing_until_thawed() -> None:
    with running(_python(_COUNTING)) as process:
        process.wait_for_log(r"\b5\b")
        process.freeze()
        time.sleep(0.05)
        frozen = process.log
        time.sleep(0.2)
        still = process.log
        process.thaw()
        process.wait_until(lambda: process.log != frozen)

    assert still == frozen


def test_a_killed_process_has_no_last_word() -> None:
    with running(_python(_POLITE)) as process:
        process.wait_for_log("ready")
        process.kill9()

        assert process.exit_code == -signal.SIGKILL


def test_a_frozen_process_can_be_killed() -> None:
    with running(_python(_POLITE)) as process:
        process.freeze()
        process.kill9()

        assert not process.is_running


def test_a_process_asked_to_end_has_its_own_exit_code() -> None:
    with running(_python(_POLITE)) as process:
        process.wait_for_log("ready")

        assert process.terminate() == 7


def test_a_process_that_does_not_end_in_time_is_reported() -> None:
    ignoring = _POLITE.replace("lambda *_: sys.exit(7)", "signal.SIG_IGN")
    with running(_python(ignoring)) as process:
        process.wait_for_log("ready")

        with pytest.raises(subprocess.TimeoutExpired):
            process.terminate(within=0.2)


def test_children_go_with_their_parent() -> None:
    with running(_python(_PARENT)) as process:
        child = int(process.wait_for_log(r"child (\d+)")[1])

    assert _is_gone(child)


def test_children_go_even_when_their_parent_has_ended() -> None:
    with running(_python(_PARENT.replace("time.sleep(60)", ""))) as process:
        child = int(process.wait_for_log(r"child (\d+)")[1])
        process.wait()
        assert not _is_gone(child, within=0.1)

    assert _is_gone(child)


@pytest.mark.parametrize("fate", ["killed", "aborts", "exits"])
def test_no_process_outlives_the_tests(fate: str, tmp_path: Path) -> None:
    starter = subprocess.run(
        [sys.executable, "-c", _STARTER, fate],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        check=False,
        timeout=20,
    )

    assert (
        starter.returncode
        == {"killed": -signal.SIGKILL, "aborts": -signal.SIGABRT, "exits": 0}[fate]
    )
    assert _is_gone(int(starter.stdout))


def test_a_process_that_ends_too_soon_is_reported_with_its_log() -> None:
    with (
        running(_python("print('no such table'); raise SystemExit(3)")) as process,
        pytest.raises(NotReady, match=r"exit code 3(?s:.*)no such table"),
    ):
        process.wait_for_log("ready")


def test_a_process_that_stays_silent_is_reported() -> None:
    with (
        running(["sleep", "60"]) as process,
        pytest.raises(NotReady, match=r"not ready within 0\.1 s"),
    ):
        process.wait_for_log("ready", within=0.1)


def test_the_service_does_not_inherit_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADROUTER_ADMIN_KEY", "not for the tests")
    show = "import os; print(sorted(k for k in os.environ if k.startswith('LEADROUTER_')))"

    with running(_python(show), env={"LEADROUTER_PORT": "1"}) as process:
        process.wait()

        assert process.log == "['LEADROUTER_PORT']\n"


def test_a_process_runs_in_a_folder_that_goes_with_it() -> None:
    with running(["pwd"]) as process:
        process.wait()
        folder = Path(process.log.strip())
        assert folder != Path.cwd()

    assert not folder.exists()


def test_a_process_leads_a_group_of_its_own() -> None:
    with running(["sleep", "60"]) as process:
        assert os.getpgid(process.pid) == process.pid != os.getpgid(0)
