"""Every knob of the environment, read once by the composition roots alone."""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _long_enough(key: SecretStr | None) -> SecretStr | None:
    if key is not None and len(key.get_secret_value()) < 20:
        raise ValueError("use 20 characters or more")
    return key


class Settings(BaseSettings):
    """`LEADROUTER_PORT=9000` sets `settings.port`."""

    model_config = SettingsConfigDict(
        env_prefix="LEADROUTER_", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: str = "sqlite:///var/lead-router.db"
    """`sqlite:///path` or `postgresql://…`: the memory of everything."""
    redis_url: SecretStr | None = None
    """arq's Redis. Unset: messages are sent by the serving process itself."""
    config: Path | None = None
    """Config file loaded into an empty database. Unset: the demo config."""
    admin_key: Annotated[SecretStr | None, AfterValidator(_long_enough)] = None
    """Accepted as an API key of role admin. Unset: one is made at the first start."""
    public_url: str | None = None
    """Base of the links in messages."""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    heartbeat_url: str | None = None
    """A dead-man's switch: fetched each minute, only while all is well."""
    log_level: str = "info"
    shutdown_grace: float = 10.0
    """Seconds that sends in flight are given to end, when the process is asked to stop."""

    @cached_property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_embedded(self) -> bool:
        return self.redis_url is None and self.database_url.startswith("sqlite")
