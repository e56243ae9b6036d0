"""The config that a first start serves when nobody gave one."""

from importlib.resources import files


def demo_text() -> str:
    """The demo config as YAML, with comments that explain it."""
    return (files("app.config") / "demo.yaml").read_text(encoding="utf-8")
