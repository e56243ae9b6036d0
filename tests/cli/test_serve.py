"""`lead-router serve`: says where it is, comes up at once, and goes quietly."""

import re
import socket
import time
from pathlib import Path

import httpx

from tests.cli.commands import run
from tests.servers.processes import Process, running
from tests.servers.service import PROGRAM

READY = r"lead-router is ready at (http://127\.0\.0\.1:(\d+))\n"


def environment(folder: Path) -> dict[str, str]:
    return {
        "LEADROUTER_DATABASE_URL": f"sqlite:///{folder / 'lead-router.db'}",
        "LEADROUTER_PORT": "0",
    }


def is_ready(process: Process) -> str:
    url = process.wait_for_log(READY)[1]
    assert httpx.get(f"{url}/readyz").status_code == 200
    return url


def test_a_first_start_says_all_that_one_needs(tmp_path: Path) -> None:
    with running([PROGRAM, "serve"], env=environment(tmp_path)) as process:
        url = is_ready(process)
        process.wait_for_log(r"Send a lead:\n.*curl .*\n")
        said = process.log

        key = re.search(r"admin key  (lr_admin_[0-9a-f]{40})  \(shown this once", said)
        assert key is not None
        headers = {"Authorization": f"Bearer {key[1]}"}
        assert httpx.get(f"{url}/v1/config", headers=headers).json()["version"] == 1
        assert f"API docs   {url}/docs" in said
        assert "off        source zillow: set ZILLOW_PASSWORD" in said
        assert "sandbox    channel email: set SMTP_URL" in said
        path = re.search(rf"curl {url}(/webhooks/\S+)", said)
        assert path is not None
        form = {"name": "Grace Kim", "email": "grace@example.com"}
        assert httpx.post(url + path[1], data=form).json()["status"] == "accepted"
        assert _link_of_the_push(url, headers).startswith(f"{url}/")
        assert '"level": "error"' not in said


def _link_of_the_push(url: str, headers: dict[str, str]) -> str:
    """Where the owner's push leads. It waits in its sandbox as soon as it is sent."""
    for _ in range(100):
        answer = httpx.get(f"{url}/v1/messages", params={"kind": "owner_alert"}, headers=headers)
        found = [re.search(r"https?://\S+", each["body"] or "") for each in answer.json()["items"]]
        if found and found[0]:
            return found[0][0]
        time.sleep(0.1)
    raise AssertionError("no push was sent")


def test_a_second_start_finds_what_the_first_one_left(tmp_path: Path) -> None:
    for said in ("admin key", "shown at the first start"):
        with running([PROGRAM, "serve"], env=environment(tmp_path)) as process:
            is_ready(process)
            assert said in process.log
            assert process.terminate(within=30) == 0


def test_a_given_admin_key_is_not_shown(tmp_path: Path) -> None:
    key = "a-key-that-i-made-up-myself"
    env = {**environment(tmp_path), "LEADROUTER_ADMIN_KEY": key}
    with running([PROGRAM, "serve"], env=env) as process:
        url = is_ready(process)
        answer = httpx.get(f"{url}/v1/config", headers={"Authorization": f"Bearer {key}"})

        assert answer.status_code == 200
        assert "the one in LEADROUTER_ADMIN_KEY" in process.log
        assert key not in process.log


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    url = environment(tmp_path)["LEADROUTER_DATABASE_URL"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", cwd=tmp_path, database_url=url, port=str(port))

    assert (done.exit_code, done.out) == (1, "")
    assert done.err == f"Cannot listen on 127.0.0.1:{port}: Address already in use.\n"


def test_a_large_body_over_a_real_connection_is_a_413(tmp_path: Path) -> None:
    env = {**environment(tmp_path), "LEADROUTER_ADMIN_KEY": "a-key-that-i-made-up-myself"}
    with running([PROGRAM, "serve"], env=env) as process:
        url = is_ready(process)
        path = "/webhooks/website/demo-website-secret"

        whole = httpx.post(url + path, content=b"x" * (2 * 1024 * 1024))
        chunks = iter([b"x" * 64 * 1024] * 40)
        chunked = httpx.post(url + path, content=chunks)

        assert (whole.status_code, chunked.status_code) == (413, 413)
        assert "demo-website-secret" not in process.log.partition("Send a lead:")[0]
        assert httpx.head(f"{url}/healthz").status_code == 405
