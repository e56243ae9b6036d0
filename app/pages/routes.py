"""Pages for people. They hold no data: the browser asks the API for it, with a key."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from app.domain.errors import NoSuch

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_FILES = {each.name: each.read_bytes() for each in _HERE.iterdir() if each.suffix in _TYPES}
"""All there is to serve, read once. What is not in here cannot be asked for."""

_HEADERS = {
    # Nothing from elsewhere, nothing inline: a lead's hostile name has nowhere to run.
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


@router.get("/board")
async def board() -> Response:
    """The live ops board."""
    return _page("board.html")


@router.get("/board/{name}")
async def part_of_the_board(name: str) -> Response:
    """Its script, its style, its icon."""
    if name not in _FILES:
        raise NoSuch("page", name[:64])
    return _page(name)


def _page(name: str) -> Response:
    return Response(_FILES[name], headers=_HEADERS, media_type=_TYPES[Path(name).suffix])
