"""A new key is there → every value and every file under it, so that older keys can be let go.

It may be stopped at any moment, by kill -9 as well, and be started again: what is under the newest key already is
not touched, everything else still opens with its own.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from domain.errors import VaultMissing, VaultUnreadable
from storage.resealing import Resealing
from storage.vault import Vault

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many values and files were brought under the newest key, and how many none of our keys opens."""

    values: int
    files: int
    unreadable: int


class Rotation:
    """Brings what is sealed to the newest key."""

    def __init__(self, resealing: Resealing, vault: Vault) -> None:
        self._resealing = resealing
        self._vault = vault

    async def keys_in_use(self) -> Counter[str]:
        """How many values and files each key has sealed, by its id."""
        used = await self._resealing.keys_in_use()
        for name in await asyncio.to_thread(list, self._vault.names()):
            try:
                used[await asyncio.to_thread(self._vault.key_of, name)] += 1
            except VaultUnreadable:
                continue
        return used

    async def rotate(self, tell: Callable[[int], None] = lambda _done: None) -> Rotated:
        """Do it; ``tell`` hears how many were looked at, each time some were."""
        values = unreadable = files = 0
        async for stretch in self._resealing.reseal(CHUNK):
            values, unreadable = values + stretch.changed, unreadable + stretch.unreadable
            tell(stretch.changed + stretch.unreadable)
        await self._resealing.drop_old_tokens()
        for name in await asyncio.to_thread(list, self._vault.names()):
            try:
                is_changed = await asyncio.to_thread(self._vault.rewrap, name)
            except VaultMissing:
                continue
            except VaultUnreadable:
                unreadable += 1
                continue
            if is_changed:
                files += 1
                tell(1)
        return Rotated(values, files, unreadable)
