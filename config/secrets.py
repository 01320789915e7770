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


def _derived(key: bytes, use: str) -> bytes:
    return hmac.new(key, b"use\0" + use.encode(), hashlib.sha256).digest()


def _put(path: Path, text: str) -> None:
    """Write a private file whole or not at all; who comes second keeps the first one's."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()


def _fresh() -> str:
    return "k1:" + base64.b64encode(new_key()).decode()
