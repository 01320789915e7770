"""Settings → the keys that protect residents; made and kept in a private file on a first embedded run."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

from config.settings import Settings, parse_keys
from domain.errors import SettingsInvalid
from domain.ids import new_key

FILE_NAME = "secret_keys"


@dataclass(frozen=True, slots=True)
class Keys:
    """Newest first. The oldest names residents, so it stays in the list when keys are changed."""

    pairs: tuple[tuple[str, bytes], ...] = field(repr=False)

    @property
    def naming(self) -> bytes:
        return self.pairs[-1][1]

    def for_use(self, use: str) -> dict[str, bytes]:
        """Keys of their own for one use (``fields``, ``files``…), newest first: one that leaks opens no other."""
        return {name: _derived(key, use) for name, key in self.pairs}

    def lasting(self, use: str) -> bytes:
        """One key that stays when keys are changed, for what has to be found again (``index``, ``audit``…)."""
        return _derived(self.naming, use)


def load_keys(settings: Settings) -> Keys:
    """The keys from ``SECRET_KEYS``, else from the data folder, else new ones stored there (mode 0600)."""
    if settings.secret_keys:
        return Keys(parse_keys(settings.secret_keys))
    path = settings.data_dir / FILE_NAME
    if not path.exists():
        if settings.database_url:
            raise SettingsInvalid(f"SECRET_KEYS：用自己的数据库时必须填写。可以填：{_fresh()}")
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _put(path, _fresh())
    return Keys(parse_keys(path.read_text()))


def add_key(settings: Settings) -> str:
    """Put a new key before all others in the data folder's file; returns its id.

    Raises ``SettingsInvalid`` with the line to write where the keys come from ``SECRET_KEYS``.
    """
    pairs = load_keys(settings).pairs
    name = _next_id({name for name, _ in pairs})
    fresh = _fresh(name)
    if settings.secret_keys:
        raise SettingsInvalid(
            f"SECRET_KEYS：密钥写在环境或 .env 里，请自己加在最前面：{fresh},（原来的都留着）"
        )
    path = settings.data_dir / FILE_NAME
    _replace(path, f"{fresh},{path.read_text().strip()}")
    return name


def _next_id(taken: set[str]) -> str:
    """k1, k2, k3…: the first that no key had yet, above all that are numbered."""
    numbers = [int(name[1:]) for name in taken if name[:1] == "k" and name[1:].isdecimal()]
    return f"k{max(numbers, default=0) + 1}"


def _derived(key: bytes, use: str) -> bytes:
    return hmac.new(key, b"use\0" + use.encode(), hashlib.sha256).digest()


def _put(path: Path, text: str) -> None:
    """Write a private file whole or not at all; who comes second keeps the first one's."""
    draft = _drafted(path, text)
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _replace(path: Path, text: str) -> None:
    """Put a private file in the place of the one before, whole or not at all."""
    _drafted(path, text).replace(path)


def _drafted(path: Path, text: str) -> Path:
    """A private file beside ``path``, safe on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _fresh(name: str = "k1") -> str:
    return f"{name}:" + base64.b64encode(new_key()).decode()
