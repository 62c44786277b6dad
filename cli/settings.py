"""Every setting: its name, default and rule. Read once, here; the environment wins over `.env`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.weights import parse_overrides
from service.limits import Limits

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,70}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ADDRESS = re.compile(r"[A-Za-z0-9.-]+:\d{1,5}")
_HIDDEN = ("TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET", "HF_TOKEN", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY")
_Settings = TypeVar("_Settings", bound=BaseSettings)


class SettingsInvalid(Exception):
    """Settings are missing or wrong; the text is a readable report of every problem.

    `problems` are its lines by setting, in capitals; none where .env cannot be read at all.
    """

    def __init__(self, report: str, problems: Mapping[str, str] | None = None) -> None:
        super().__init__(report)
        self.problems = dict(problems or {})


def _web_address(value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is no web address: expected something like https://bot.example.org/telegram")
    return value.rstrip("/")


class DataSettings(BaseSettings):
    """Where everything is kept that people entrust to the bot: all that `stickerface keys` needs."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        validate_default=True,
        defer_build=True,  # a command reads one of these classes
    )

    data_dir: Path = Path("data")
    database_url: SecretStr = SecretStr("")
    files_url: str = ""
    aws_endpoint_url: str | None = None
    aws_region: str = ""
    aws_access_key_id: str = ""
    aws_secret_access_key: SecretStr = SecretStr("")

    _endpoint_is_web_address = field_validator("aws_endpoint_url")(_web_address)

    @field_validator("database_url")
    @classmethod
    def _is_a_postgres_url(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value().strip()
        if url and urlsplit(url).scheme not in ("postgresql", "postgres"):
            raise ValueError("is no URL of PostgreSQL: expected postgresql://user:password@host/database")
        return SecretStr(url)

    @field_validator("files_url")
    @classmethod
    def _files_are_somewhere(cls, value: str) -> str:
        if value and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w./-]*)?|file:///[^?#]+", value):
            raise ValueError("expected s3://bucket/prefix or file:///path/of/a/shared/folder")
        return value.rstrip("/")


class WeightsSettings(DataSettings):
    """Where model files are and come from: all that `stickerface download` needs, without any bot token."""

    weights_dir: Path | None = None
    weights_overrides: Annotated[Mapping[str, str], NoDecode] = {}
    hf_endpoint: str = "https://huggingface.co"
    hf_token: SecretStr = SecretStr("")

    _hub_is_web_address = field_validator("hf_endpoint")(_web_address)

    @field_validator("weights_overrides", mode="before")
    @classmethod
    def _roles_and_places(cls, value: Any) -> Any:
        return parse_overrides(value) if isinstance(value, str) else value

    @property
    def weights_folder(self) -> Path:
        """WEIGHTS_DIR, or its place in DATA_DIR."""
        return self.weights_dir or self.data_dir / "weights"


class EngineSettings(WeightsSettings):
    """Which engine draws, and how: what `stickerface make` needs."""

    engine: Literal["auto", "portrait", "diffusion"] = "auto"
    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    max_batch: Literal["auto"] | Annotated[int, Field(ge=1, le=16)] = "auto"
    deterministic: bool = False
    compile: bool = True
    cuda_graphs: bool = False
    few_steps: Literal["", "lightning-4", "lightning-8", "hyper-8-cfg"] = ""
    fp8: bool = False
    canvas: Annotated[int, Field(ge=0, le=1016, multiple_of=8)] = 0
    preview_every: Annotated[int, Field(ge=0, le=50)] = 5
    safety_checker: bool = True
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("engine", mode="before")
    @classmethod
    def _old_name(cls, value: Any) -> Any:
        """Read "classic", the CPU engine's name before it had networks."""
        return "portrait" if isinstance(value, str) and value.lower() == "classic" else value

    @field_validator("engine", "device", "few_steps", mode="before")
    @classmethod
    def _lower_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("canvas")
    @classmethod
    def _canvas_is_large_enough(cls, value: int) -> int:
        if 0 < value < 512:
            raise ValueError("is too small for the networks: expected 0, or 512 to 1016")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value


class ServerSettings(EngineSettings):
    """A running process without Telegram: the HTTP port, the limits, the lifetimes."""

    pool: Literal["local", "ray", "none"] = "local"
    ray_address: str = ""
    pool_min: Annotated[int, Field(ge=1, le=1000)] = 1
    pool_max: Annotated[int, Field(ge=1, le=1000)] = 8
    pool_gpus: Literal["auto"] | Annotated[float, Field(ge=0, le=16)] = "auto"
    pool_grow_s: Annotated[float, Field(ge=1)] = 20.0
    pool_shrink_minutes: Annotated[float, Field(ge=0.1)] = 10.0
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    http_api: bool = True
    public_url: str | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    cors_origins: Annotated[frozenset[str], NoDecode] = frozenset()
    segmind_response: Literal["image", "json"] = "image"
    allow_private_hosts: bool = False
    jobs_per_person: Annotated[int, Field(ge=1, le=1000)] = Limits().jobs_per_owner
    jobs_per_day: Annotated[int, Field(ge=0)] = Limits().jobs_per_day
    queue_length: Annotated[int, Field(ge=1)] = Limits().queue_length
    step_timeout_s: Annotated[float, Field(ge=5, le=3600)] = 300.0
    keep_photos_hours: Annotated[float, Field(ge=0.1)] = 24.0
    keep_results_days: Annotated[float, Field(ge=0.1)] = 30.0
    keep_files_hours: Annotated[float, Field(ge=1)] = 24.0

    _is_web_address = field_validator("public_url")(_web_address)

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return frozenset(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("pool", mode="before")
    @classmethod
    def _pool_in_lower_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("ray_address")
    @classmethod
    def _is_host_and_port(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError("expected host:port of the cluster's head, like 10.0.0.5:6379")
        return value

    @field_validator("pool_max")
    @classmethod
    def _most_is_no_less_than_least(cls, value: int, info: ValidationInfo) -> int:
        if value < info.data.get("pool_min", 1):
            raise ValueError("is less than POOL_MIN")
        return value

    @field_validator("tls_key")
    @classmethod
    def _certificate_has_its_key(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if (value is None) != (info.data.get("tls_certificate") is None):
            raise ValueError("belongs to TLS_CERTIFICATE: set both or none")
        return value


class Settings(ServerSettings):
    """What the operator may set. `.env.example` is the manual; a test keeps the two together."""

    telegram_bot_token: SecretStr = SecretStr("")
    telegram_api_url: str = "https://api.telegram.org"
    telegram_webhook_url: str | None = None
    telegram_webhook_secret: SecretStr | None = None
    admin_ids: Annotated[frozenset[int], NoDecode] = frozenset()
    alarm_queue_minutes: Annotated[float, Field(ge=0)] = 10.0
    alarm_disk_mb: Annotated[float, Field(ge=0)] = 500.0

    @field_validator("telegram_bot_token")
    @classmethod
    def _token_looks_right(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if not token:
            raise ValueError("is missing: paste the token @BotFather gave you, like 123456789:AAF3...")
        if not _TOKEN.fullmatch(token):
            raise ValueError(
                "does not look like a bot token: expected digits, a colon, letters, like 123456789:AAF3..."
            )
        return SecretStr(token)

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret_is_allowed(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("may hold 1 to 256 of the characters A-Z a-z 0-9 _ -")
        return value

    _are_web_addresses = field_validator("telegram_api_url", "telegram_webhook_url")(_web_address)

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        words = value.replace(",", " ").split()
        if not all(word.isascii() and word.isdigit() for word in words):
            raise ValueError("expected Telegram user numbers with commas between, like 1234, 5678")
        return frozenset(int(word) for word in words)


def read_settings(**overrides: Any) -> Settings:
    """Read the environment and `.env`. Raises `SettingsInvalid` with every problem at once."""
    return _read(Settings, overrides)


def read_data_settings() -> DataSettings:
    """Read only where the data is. Raises `SettingsInvalid`."""
    return _read(DataSettings, {})


def read_weights_settings() -> WeightsSettings:
    """Read only what concerns model files. Raises `SettingsInvalid`."""
    return _read(WeightsSettings, {})


def read_engine_settings(**overrides: Any) -> EngineSettings:
    """Read what concerns the engine; no bot token is needed. Raises `SettingsInvalid`."""
    return _read(EngineSettings, overrides)


def read_server_settings(**overrides: Any) -> ServerSettings:
    """Read what a process without a bot needs. Raises `SettingsInvalid`."""
    return _read(ServerSettings, overrides)


def _read(kind: type[_Settings], overrides: dict[str, Any]) -> _Settings:
    try:
        return kind(**overrides)
    except ValidationError as error:
        problems = _problems(error)
        lines = [f"  {name}: {problem}" for name, problem in problems.items()]
        report = [
            "Settings cannot be used:",
            *lines,
            "Set them in the environment or in .env; .env.example explains each.",
        ]
        raise SettingsInvalid("\n".join(report), problems) from None  # the original would print secrets
    except UnicodeDecodeError:
        raise SettingsInvalid("Settings cannot be read:\n  .env is not a UTF-8 text file") from None


def _problems(error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]).upper()
        message = problem["msg"].removeprefix("Value error, ")
        value = "(hidden)" if name in _HIDDEN else repr(problem.get("input"))
        found.setdefault(name, message if "is missing" in message else f"{message} (found: {value})")
    return found
