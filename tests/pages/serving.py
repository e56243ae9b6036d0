"""The service on a port of its own, with the demo config: what a browser is pointed at."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.servers.service import serving

ADMIN_KEY = "the-boards-own-admin-key"


@contextmanager
def board_with(
    *leads: dict[str, Any], folder: Path, config: str | None = None
) -> Iterator[httpx.Client]:
    """Serve, and send these leads; answers a client that carries the admin key."""
    env = {
        "LEADROUTER_DATABASE_URL": f"sqlite:///{folder}/board.db",
        "LEADROUTER_ADMIN_KEY": ADMIN_KEY,
    }
    if config is not None:
        file = folder / "config.yaml"
        file.write_text(config)
        env["LEADROUTER_CONFIG"] = str(file)
    with serving(env) as service, client_of(service.url) as client:
        for lead in leads:
            client.post("/v1/leads", json={"source": "by-hand", **lead}).raise_for_status()
        yield client


def client_of(url: str, key: str = ADMIN_KEY) -> httpx.Client:
    return httpx.Client(
        base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=10
    )
