"""The image and the composition promise little rights, health, and versions one can name."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

_ROOT = Path(__file__).parents[2]
_DOCKERFILE = (_ROOT / "Dockerfile").read_text()
_COMPOSE_TEXT = (_ROOT / "compose.yaml").read_text()
_SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(_COMPOSE_TEXT)["services"]
_OURS = ("migrate", "api", "worker")


def _instructions(name: str) -> list[str]:
    """Answer what the Dockerfile says after `name`, each time it says it, on one line."""
    joined = _DOCKERFILE.replace("\\\n", " ")
    return re.findall(rf"^{name}\s+(.*)$", joined, flags=re.MULTILINE)


def _final_stage() -> str:
    return _DOCKERFILE.rpartition("\nFROM ")[2]


def test_the_image_does_not_run_as_root() -> None:
    assert _instructions("USER") == ["10001:10001"]
    assert "USER 10001:10001" in _final_stage()


def test_the_image_serves_by_default() -> None:
    assert (_instructions("ENTRYPOINT"), _instructions("CMD")) == (
        ['["lead-router"]'],
        ['["serve"]'],
    )


def test_the_image_tells_its_health() -> None:
    [health] = _instructions("HEALTHCHECK")

    assert "/healthz" in health


def test_the_image_installs_only_what_its_hashes_vouch_for() -> None:
    installs = [run for run in _instructions("RUN") if "pip install" in run]

    assert all("--require-hashes" in run or "--no-deps" in run for run in installs)
    assert len(installs) == 2


def test_the_image_writes_to_data_only() -> None:
    [settings] = [text for text in _instructions("ENV") if "LEADROUTER_DATABASE_URL" in text]

    assert "LEADROUTER_DATABASE_URL=sqlite:////data/lead-router.db" in settings
    assert _instructions("VOLUME") == ["/data"]


def test_the_image_is_told_no_secret() -> None:
    names = re.findall(r"\b([A-Z_]+)=", " ".join(_instructions("ENV") + _instructions("ARG")))

    assert [name for name in names if re.search("KEY|PASSWORD|SECRET|TOKEN", name)] == []


def test_everything_the_image_copies_is_let_into_the_build() -> None:
    let_in = {
        line[1:] for line in (_ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = {
        source
        for words in (text.split() for text in _instructions("COPY"))
        if not words[0].startswith("--")
        for source in words[:-1]
    }

    assert copied == let_in


def test_every_image_has_a_version() -> None:
    bases = [text.split()[0] for text in _instructions("FROM")]
    images = [*bases, *(service["image"] for service in _SERVICES.values())]

    assert [image for image in images if not re.search(r":\d", image)] == []


@pytest.mark.parametrize("name", _SERVICES)
def test_a_service_has_no_rights_it_does_not_need(name: str) -> None:
    service = _SERVICES[name]
    rights = {key: service.get(key) for key in ("read_only", "cap_drop", "security_opt")}

    assert rights == {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
    }
    assert "privileged" not in service
    assert "cap_add" not in service


@pytest.mark.parametrize("name", _SERVICES)
def test_a_service_is_given_time_to_finish(name: str) -> None:
    assert _SERVICES[name]["stop_grace_period"] == "30s"


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_store_is_inside_only_and_tells_its_health(name: str) -> None:
    store = _SERVICES[name]

    assert store["networks"] == ["inside"]
    assert "ports" not in store
    assert store["user"] == "999:999"
    assert store["healthcheck"]["test"]


def test_nothing_of_ours_starts_before_the_database_is_at_head() -> None:
    waits = {name: _SERVICES[name]["depends_on"] for name in _OURS}

    healthy, done = (
        {"condition": "service_healthy"},
        {"condition": "service_completed_successfully"},
    )
    assert waits == {
        "migrate": {"postgres": healthy},
        "api": {"migrate": done, "redis": healthy},
        "worker": {"migrate": done, "redis": healthy},
    }


@pytest.mark.parametrize("name", ["api", "worker"])
def test_what_is_scaled_has_no_name_of_its_own(name: str) -> None:
    assert "container_name" not in _SERVICES[name]


def test_a_scaled_api_has_a_port_for_each() -> None:
    assert _SERVICES["api"]["ports"] == ["127.0.0.1:8000-8009:8000"]


def test_redis_forgets_nothing_by_itself() -> None:
    command = _SERVICES["redis"]["command"][-1]

    assert "--appendonly yes --appendfsync everysec" in command
    assert "--maxmemory-policy noeviction" in command


def test_no_secret_is_written_down_and_none_may_be_missing() -> None:
    used = re.findall(r"(?<!\$)\$\{(\w+)(:[?-])", _COMPOSE_TEXT)
    secret = {(name, rule) for name, rule in used if re.search("PASSWORD|KEY", name)}

    assert secret == {
        ("POSTGRES_PASSWORD", ":?"),
        ("REDIS_PASSWORD", ":?"),
        ("LEADROUTER_ADMIN_KEY", ":?"),
    }
