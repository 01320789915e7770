"""The environment and ``.env`` → one frozen, checked ``Settings``."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import SettingsInvalid

ROOT = Path(__file__).resolve().parent.parent
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LOCAL_HTTP = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?:/|$)")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_HOST_PORT = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")


class Settings(BaseSettings):
    """Every knob, one field each; the names in capitals are the variables (see ``.env.example``)."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    wechat_token: str = Field("simulator", repr=False)
    wechat_appid: str = ""
    wechat_appsecret: str = Field("", repr=False)
    wechat_aes_key: str = Field("", repr=False)
    wechat_aes_key_previous: str = Field("", repr=False)
    wechat_mode: Literal["plain", "compatible", "safe"] = "plain"
    wechat_api_base: str = "https://api.weixin.qq.com"
    wechat_open_base: str = "https://open.weixin.qq.com"
    wechat_signin: Literal["on", "off"] = "off"
    wechat_account_id: str = ""
    database_url: str = Field("", repr=False)
    redis_url: str = Field("", repr=False)
    secret_keys: str = Field("", repr=False)
    public_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    data_dir: Path = Path("data")
    trusted_proxies: int = 0
    clamd_address: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    simulator: Literal["on", "off", ""] = ""

    @field_validator("wechat_aes_key", "wechat_aes_key_previous")
    @classmethod
    def _aes_key_has_43_characters(cls, value: str) -> str:
        if value and not _AES_KEY.fullmatch(value):
            raise ValueError("应是公众平台给的 43 位字母和数字")
        return value

    @field_validator("wechat_api_base", "wechat_open_base")
    @classmethod
    def _secrets_travel_sealed(cls, value: str) -> str:
        if not (value.startswith("https://") or _LOCAL_HTTP.match(value)):
            raise ValueError("应是 https:// 开头的地址；只有本机的替身可以用 http://127.0.0.1")
        return value.rstrip("/")

    @field_validator("redis_url")
    @classmethod
    def _redis_has_a_scheme(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("应是 redis:// 开头的地址，如 redis://127.0.0.1:6379/0")
        return value

    @model_validator(mode="after")
    def _signin_has_an_account(self) -> Settings:
        if self.wechat_signin == "on" and not self.has_platform:
            raise ValueError("WECHAT_SIGNIN 是 on 时，要填 WECHAT_APPID 和 WECHAT_APPSECRET")
        return self

    @field_validator("clamd_address")
    @classmethod
    def _clamd_is_a_path_or_a_port(cls, value: str) -> str:
        found = _HOST_PORT.fullmatch(value)
        if value and not value.startswith("/") and not (found and int(found[1]) < 65536):
            raise ValueError("应是 主机:端口，或以 / 开头的套接字路径")
        return value

    @model_validator(mode="after")
    def _modes_have_their_keys(self) -> Settings:
        if self.wechat_mode != "plain" and not (self.wechat_aes_key and self.wechat_appid):
            raise ValueError("WECHAT_MODE 是 compatible 或 safe 时，要填 WECHAT_AES_KEY 和 WECHAT_APPID")
        is_open = bool(self.wechat_appid or self.public_url) or self.host not in _LOOPBACK
        if not self.wechat_token or (is_open and self.wechat_token == "simulator"):  # noqa: S105
            raise ValueError(
                "WECHAT_TOKEN 要填公众平台上自己定的令牌：有 AppID、有公网地址或对外监听时，谁都猜得到默认的"
            )
        return self

    @property
    def has_platform(self) -> bool:
        """Whether the platform can be called: menu, pushes, sign-in, files."""
        return bool(self.wechat_appid and self.wechat_appsecret)

    @property
    def has_stand_in(self) -> bool:
        """Whether the platform is a stand-in on this machine; a real one is never spoken to without TLS."""
        return self.has_platform and self.wechat_api_base.startswith("http://")

    @property
    def has_public_url(self) -> bool:
        """Whether phones can open our pages; beside a stand-in they need not."""
        return bool(self.public_url) or self.wechat_api_base.startswith("http://")

    @property
    def is_simulated(self) -> bool:
        """Whether the simulator is served."""
        return self.simulator == "on" or (self.simulator == "" and not self.wechat_appid)

    @property
    def database(self) -> str:
        """The database's address, for SQLAlchemy's asyncio engines."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.data_dir / 'credit.db'}"
        address = re.sub(r"^postgres(?:ql)?(?:\+\w+)?://", "postgresql+asyncpg://", self.database_url)
        return address.replace("sslmode=", "ssl=") if "+asyncpg" in address else address

    @property
    def base_url(self) -> str:
        """Where residents' phones reach the pages; without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def load_settings(env_file: str | None = ".env") -> Settings:
    """Read and check the settings. Raises ``SettingsInvalid`` naming the variable and the remedy."""
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        lines = (_sentence(detail["loc"], detail["msg"]) for detail in error.errors())
        raise SettingsInvalid("\n".join(lines)) from None


def _sentence(loc: tuple[int | str, ...], message: str) -> str:
    name = str(loc[0]).upper() if loc else "设置"
    return f"{name}：{message.removeprefix('Value error, ')}"


def parse_keys(text: str) -> tuple[tuple[str, bytes], ...]:
    """``id:base64,id:base64`` → pairs, newest first. Each key has 32 bytes."""
    keys = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(key) != 32:
            raise SettingsInvalid(
                "SECRET_KEYS：应是 编号:密钥，密钥是 32 字节的 base64，多把用逗号隔开，新的在前"
            )
        keys.append((name, key))
    if not keys:
        raise SettingsInvalid("SECRET_KEYS：一把密钥也没有。删掉空的 secret_keys 文件，或填 编号:密钥")
    return tuple(keys)
