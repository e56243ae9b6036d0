"""The commands: `lead-router serve`, `worker`, `migrate`, `config …`, `keys …`, `sources …`."""

from app.cli.program import main

__all__ = ["main"]
