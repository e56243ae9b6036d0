"""Logs: one JSON object a line, with ids, and never with names, addresses or secrets.

What an exception says may quote its input, so only its type and place are logged.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def _without(module: str) -> Iterator[None]:
    """Let an import believe that an optional module is not installed."""
    before = sys.modules.get(module)
    sys.modules[module] = None  # type: ignore[assignment]  # Python's own word for "not there".
    try:
        yield
    finally:
        if before is None:
            del sys.modules[module]
        else:
            sys.modules[module] = before


# Where rich is installed (a development environment), both of these load it for output
# that we never print: 7 MB in each process. We are imported before anything else uses them.
with _without("rich"):
    import httpx  # noqa: F401
    import structlog

_QUIET = ("httpx", "httpcore", "aiosqlite", "alembic", "arq", "uvicorn.access", "mail", "asyncio")


def get_logger() -> Any:
    """A logger: `log.info("what.happened", some_id=…)`."""
    return structlog.get_logger()


def set_up(level: str = "info") -> None:
    """Route all logging of the process to standard error."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _say_where,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s", force=True)
    logging.getLogger().handlers[0].setFormatter(_Bare())
    for name in _QUIET:
        # These log addresses, arguments or paths with secrets at INFO.
        logging.getLogger(name).setLevel(logging.CRITICAL if name != "asyncio" else logging.ERROR)


class _Bare(logging.Formatter):
    """Other libraries' records: who and how bad, and the type of what was raised."""

    def format(self, record: logging.LogRecord) -> str:
        raised = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        text = record.msg if isinstance(record.msg, str) and not record.args else record.name
        line = {"event": text[:200], "level": record.levelname.lower(), "logger": record.name}
        if raised:
            line["error"] = raised
        return str(structlog.processors.JSONRenderer()(None, "", line))


def _say_where(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace an exception by its type and the lines it passed through."""
    error = event.pop("error", None)
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        event["at"] = " < ".join(
            f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)
        )
    elif error is not None:
        event["error"] = error
    return event
