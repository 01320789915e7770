"""The token store of processes that share a Redis."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import TokensUnavailable

KEPT_S = 86400  # the times of forced refreshes count for a day
_PREFIX = "credit-wuhai:"
_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class RedisTokens:
    """See ``storage.tokens.TokenStore``. A lease lapses by Redis' own clock, so ``now`` is not needed."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url, decode_responses=True, socket_timeout=3, socket_connect_timeout=3
        )

    async def load(self, name: str) -> str:
        return str(await _answer(self._redis.get(f"{_PREFIX}token:{name}")) or "")

    async def save(self, name: str, sealed: str) -> None:
        await _answer(self._redis.set(f"{_PREFIX}token:{name}", sealed, ex=KEPT_S))

    async def claim(self, name: str, holder: str, now: datetime, for_s: float) -> bool:
        lease = self._redis.set(f"{_PREFIX}lease:{name}", holder, nx=True, px=int(for_s * 1000))
        return bool(await _answer(lease))

    async def release(self, name: str, holder: str) -> None:
        await _answer(self._redis.eval(_RELEASE, 1, f"{_PREFIX}lease:{name}", holder))

    async def close(self) -> None:
        await self._redis.aclose()


async def _answer(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except (RedisError, OSError, TimeoutError) as error:
        raise TokensUnavailable(type(error).__name__) from None
