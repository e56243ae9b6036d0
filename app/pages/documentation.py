"""`/docs`: the API's own documents, with everything they need on board."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from app.domain.errors import NoSuch

router = APIRouter(include_in_schema=False)

_HERE = Path(__file__).parent / "swagger"
_PARTS = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "docs.js": "text/javascript; charset=utf-8",
}
_HEADERS = {
    # Swagger UI styles its elements one by one, and has small pictures in its style sheet.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


@router.get("/docs")
async def docs() -> FileResponse:
    """Every call of the API, to read and to try."""
    return FileResponse(_HERE / "docs.html", media_type="text/html", headers=_HEADERS)


@router.get("/docs/{name}")
async def part_of_the_docs(name: str) -> FileResponse:
    """Its script and its style."""
    if name not in _PARTS:
        raise NoSuch("page", name[:64])
    return FileResponse(_HERE / name, media_type=_PARTS[name], headers=_HEADERS)
