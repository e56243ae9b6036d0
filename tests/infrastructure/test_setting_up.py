"""Setting up: what the Makefile and .ci/packages do, seen through programs that only take notes."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_PACKAGES = str(_ROOT / ".ci" / "packages")


def _program(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that is set up already, by a Python that writes down what it is asked."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(_ROOT / name, tmp_path)
    _program(tmp_path / ".venv/bin/python", f'echo "$@" >> {tmp_path}/asked')
    _program(tmp_path / ".venv/bin/lead-router", 'echo "lead-router $@"')
    _make(tmp_path, ".venv/.runtime")
    (tmp_path / "asked").unlink()
    return tmp_path


def _make(checkout: Path, target: str) -> str:
    # Started by `make test`, this must not be taken for a part of that make.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", target], cwd=checkout, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def _asked(checkout: Path) -> str:
    notes = checkout / "asked"
    return notes.read_text() if notes.exists() else ""


def test_a_second_start_only_serves(checkout: Path) -> None:
    assert _make(checkout, "run") == "lead-router serve\n"
    assert _asked(checkout) == ""


def test_a_second_start_loses_no_time(checkout: Path) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        _make(checkout, "run")
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.05


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed_by_hash(checkout: Path, changed: str) -> None:
    later = time.time() + 10
    os.utime(checkout / changed, (later, later))

    _make(checkout, "run")

    asked = _asked(checkout)
    assert "--require-hashes --requirement requirements.lock" in asked
    assert "--no-deps --no-build-isolation --editable ." in asked


def test_a_change_to_the_tools_alone_does_not_hold_up_a_start(checkout: Path) -> None:
    later = time.time() + 10
    os.utime(checkout / "requirements-dev.lock", (later, later))

    assert _make(checkout, "run") == "lead-router serve\n"


def test_help_names_every_target(checkout: Path) -> None:
    named = [line.split()[0] for line in _make(checkout, "help").splitlines()]

    assert named == ["help", "run", "test", "check", "fix", "mutants", "bench", "lock", "clean"]


def _packages(
    path: Path, *, user: int, question: str, home: Path
) -> subprocess.CompletedProcess[str]:
    """Run .ci/packages with nothing on its PATH but `path`, as the user of that number."""
    _program(path / "id", f"echo {user}")
    _program(path / "env", 'exec /usr/bin/env "$@"')
    environment = {"PATH": str(path), "HOME": str(home)}
    return subprocess.run(
        ["/bin/bash", _PACKAGES, question],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_missing_is_installed(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    _program(tmp_path / "bin/apt-get", f'echo "$@" >> {notes}')

    done = _packages(tmp_path / "bin", user=0, question="make", home=tmp_path)

    assert done.returncode == 0
    assert notes.read_text().splitlines() == [
        "update --quiet=2",
        "install --quiet=2 --yes --no-install-recommends make",
    ]


def test_what_is_there_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    _program(tmp_path / "bin/apt-get", f'echo "$@" >> {notes}')
    _program(tmp_path / "bin/make")

    done = _packages(tmp_path / "bin", user=0, question="make", home=tmp_path)

    assert (done.returncode, notes.exists()) == (0, False)


def test_who_may_not_install_is_told_what_to_ask_for(tmp_path: Path) -> None:
    _program(tmp_path / "bin/apt-get", "exit 100")

    done = _packages(tmp_path / "bin", user=1000, question="make", home=tmp_path)

    assert done.returncode == 1
    assert "As root, please run: apt-get install make" in done.stderr


def test_a_python_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    _program(tmp_path / "bin/python3.11", "exit 127")
    _program(tmp_path / "bin/python3.12", f'exec {sys.executable} "$@"')

    done = _packages(tmp_path / "bin", user=1000, question="python", home=tmp_path)

    assert done.stdout == f"{sys.executable}\n"
