"""The board's files: all there, typed, and under a policy that runs nothing but ours."""

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.api import problems
from app.pages import routes

_PAGES = Path(routes.__file__).parent

_POLICY = (
    "default-src 'self'; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)


async def _get(path: str) -> httpx.Response:
    app = FastAPI()
    problems.install(app)
    app.include_router(routes.router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/board", "text/html; charset=utf-8"),
        ("/board/board.js", "text/javascript; charset=utf-8"),
        ("/board/lead.js", "text/javascript; charset=utf-8"),
        ("/board/board.css", "text/css; charset=utf-8"),
        ("/board/icon.svg", "image/svg+xml"),
    ],
)
async def test_each_part_is_served_with_its_type_and_the_security_headers(
    path: str, content_type: str
) -> None:
    answer = await _get(path)

    names = (
        *("content-type", "content-security-policy", "x-content-type-options"),
        *("referrer-policy", "cross-origin-opener-policy", "cache-control"),
    )
    assert (answer.status_code, [answer.headers[name] for name in names]) == (
        200,
        [content_type, _POLICY, "nosniff", "no-referrer", "same-origin", "no-cache"],
    )


async def test_everything_the_page_and_its_scripts_name_is_there() -> None:
    html = (await _get("/board")).text
    wanted = set(re.findall(r'(?:href|src)="board/([^"]+)"', html))
    for script in _PAGES.glob("*.js"):
        wanted |= set(re.findall(r'from "\./([^"]+)"', script.read_text()))

    answers = {name: (await _get(f"/board/{name}")).status_code for name in wanted}

    assert wanted >= {"board.js", "board.css", "icon.svg", "api.js", "dom.js"}
    assert set(answers.values()) == {200}


@pytest.mark.parametrize(
    "name", ["routes.py", "..%2froutes.py", "%2e%2e/routes.py", "nothing.js", "__init__.py"]
)
async def test_nothing_else_is_served(name: str) -> None:
    assert (await _get(f"/board/{name}")).status_code == 404


def test_nothing_comes_from_elsewhere_and_nothing_stands_inline() -> None:
    html = (_PAGES / "board.html").read_text()

    assert not re.search(r"https?://|//\w", html)
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", html)


def test_no_script_ever_makes_html_from_text() -> None:
    scripts = "".join(script.read_text() for script in _PAGES.glob("*.js"))

    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc"
    )
    assert not re.search(forbidden, scripts)
