"""Pages for people. They hold no data: the browser asks the API for it, with a key."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent


@router.get("/board")
async def board() -> HTMLResponse:
    """The live ops board."""
    return HTMLResponse(_HERE.joinpath("board.html").read_text(), headers=_HEADERS)


_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
