"""The locks hold everything pyproject.toml asks for, each by hash, from nowhere in particular."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[2]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
_RUNTIME = "requirements.lock"
_DEVELOPMENT = "requirements-dev.lock"


def _pins(lock: str) -> dict[str, str]:
    text = (_ROOT / lock).read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+) \\$", text, flags=re.MULTILINE))


def _unmet(requirements: list[str], pins: dict[str, str]) -> list[str]:
    wanted = [Requirement(text) for text in requirements]
    return [
        str(requirement)
        for requirement in wanted
        if pins.get(canonicalize_name(requirement.name), "") not in requirement.specifier
    ]


def test_the_runtime_lock_meets_every_dependency() -> None:
    assert _unmet(_PROJECT["dependencies"], _pins(_RUNTIME)) == []


def test_the_development_lock_meets_every_dependency() -> None:
    assert _unmet(_PROJECT["optional-dependencies"]["dev"], _pins(_DEVELOPMENT)) == []


def test_tests_run_on_the_versions_that_are_served() -> None:
    assert _pins(_RUNTIME).items() <= _pins(_DEVELOPMENT).items()


@pytest.mark.parametrize("package", ["async-timeout", "setuptools"])
def test_the_runtime_lock_has_what_debian_12_and_the_build_need(package: str) -> None:
    assert package in _pins(_RUNTIME)


@pytest.mark.parametrize("lock", [_RUNTIME, _DEVELOPMENT])
def test_a_lock_names_no_registry_and_no_machine(lock: str) -> None:
    text = (_ROOT / lock).read_text()

    assert re.findall(r"://|--index-url|--find-links|\s/\w+", text) == []


@pytest.mark.parametrize("lock", [_RUNTIME, _DEVELOPMENT])
def test_every_pin_has_its_hashes(lock: str) -> None:
    pins = re.split(r"^(?=[a-z0-9-]+==)", (_ROOT / lock).read_text(), flags=re.MULTILINE)[1:]

    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
