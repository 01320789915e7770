"""Many callers, several processes → one access token, fetched once, renewed early, never repeated without end.

Source: 获取稳定版接口调用凭据 (stable_token): asked again, the platform gives the same token; in its last five minutes
a new one, while both hold; ``force_refresh`` kills the old one, at most 20 times a day and 30 s apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError

from domain.clock import Clock
from domain.errors import AskOperator, PlatformError, RetryLater, SealBroken, TokenRefused, TokensUnavailable
from domain.ids import new_key
from domain.platform_codes import PlatformCode
from storage.sealing import Sealer
from storage.tokens import TokenStore

log = structlog.get_logger()
T = TypeVar("T")

EARLY_S = 300
FORCED_A_DAY, FORCED_APART_S, DAY_S = 20, 30, 86400
RENEWED_APART_S, RENEWED_APART_MOST_S = 30, 600
PAUSE_MOST_S = 60
LEASE_S, WAIT_S, LOOK_EVERY_S = 25.0, 30.0, 0.05


@dataclass(frozen=True, slots=True)
class Credential:
    """Something the platform lends us: an access token, a ticket. Instants in unix seconds."""

    value: str = field(repr=False)
    fetched_at: int
    expires_at: int
    forced_at: tuple[int, ...] = ()

    @property
    def renew_at(self) -> int:
        """Five minutes before the end; halfway for one that lasts less than ten."""
        return self.expires_at - min(EARLY_S, (self.expires_at - self.fetched_at) // 2)


_CREDENTIAL = TypeAdapter(Credential)
Fetch = Callable[[bool], Awaitable[Credential]]


class Seal:
    """Closes a credential for the store, so that a copy of the database lends nobody the account."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def close(self, name: str, credential: Credential) -> str:
        return self._sealer.seal(_CREDENTIAL.dump_json(credential), _place(name)).hex()

    def open(self, name: str, sealed: str) -> Credential | None:
        """None for what none of our keys has closed."""
        try:
            return _CREDENTIAL.validate_json(self._sealer.open(bytes.fromhex(sealed), _place(name)))
        except (SealBroken, ValueError, ValidationError):
            return None


def _place(name: str) -> str:
    return f"platform_tokens:{name}:sealed"


class Keeper:
    """Keeps one credential. ``fetch(is_forced)`` asks the platform for it; ``name`` is its name in the store."""

    def __init__(self, name: str, fetch: Fetch, store: TokenStore, seal: Seal, clock: Clock) -> None:
        self._name = name
        self._fetch = fetch
        self._store = store
        self._seal = seal
        self._clock = clock
        self._holder = new_key().hex()[:32]
        self._held: Credential | None = None
        self._refused = ""
        self._flight: asyncio.Task[Credential] | None = None
        self._trouble: PlatformError | None = None
        self._failures, self._paused_until = 0, 0
        self._renewals, self._renewable_at = 0, 0

    async def get(self) -> str:
        """A value that holds. Near its end the next one is fetched behind the caller's back.

        Raises what the fetch raised; for a while after that at once, without asking the platform again.
        """
        now, held = self._now(), self._held
        if held is None or now >= held.expires_at:
            return (await self._join()).value
        if held.value == self._refused:
            return await self.renew(self._refused)
        if now >= held.renew_at and now >= self._paused_until:
            self._take_off()
        return held.value

    async def renew(self, refused: str) -> str:
        """Another value than the one that the platform has just refused; many callers share one fetch.

        Raises ``TokenRefused`` when there is none to be had for now.
        """
        self._refused = refused
        if self._flight:
            await asyncio.wait({self._flight})
        if self._held and self._held.value != refused:
            return self._held.value
        credential = await self._join() if self._flight else await self._renewed()
        if credential.value == refused:
            raise TokenRefused(self._name, PlatformCode.TOKEN_WRONG)
        return credential.value

    async def close(self) -> None:
        """Wait for a fetch under way, so that its lease is given back."""
        if self._flight:
            await asyncio.wait({self._flight})

    async def _renewed(self) -> Credential:
        """Each further refusal makes the next fetch wait longer; an hour without one forgets them."""
        now = self._now()
        if now < self._renewable_at:
            raise TokenRefused(self._name, PlatformCode.TOKEN_WRONG)
        self._renewals = self._renewals + 1 if now < self._renewable_at + 3600 else 1
        wait = min(RENEWED_APART_S * 2 ** (self._renewals - 1), RENEWED_APART_MOST_S)
        self._renewable_at = now + wait
        return await self._join()

    async def _join(self) -> Credential:
        if self._flight is None and self._trouble and self._now() < self._paused_until:
            raise self._trouble.with_traceback(None)
        return await asyncio.shield(self._take_off())

    def _take_off(self) -> asyncio.Task[Credential]:
        if self._flight is None:
            self._flight = asyncio.create_task(self._fly())
            self._flight.add_done_callback(self._land)
        return self._flight

    def _land(self, flight: asyncio.Task[Credential]) -> None:
        self._flight = None
        if flight.cancelled():
            return
        error = flight.exception()
        if error is None:
            self._held, self._trouble, self._failures = flight.result(), None, 0
            return
        log.warning("token_unavailable", credential=self._name.rpartition(":")[2], reason=str(error))
        if isinstance(error, PlatformError):
            self._failures += 1
            wait = PAUSE_MOST_S if isinstance(error, AskOperator) else min(2**self._failures, PAUSE_MOST_S)
            self._trouble, self._paused_until = error, self._now() + wait

    async def _fly(self) -> Credential:
        try:
            if shared := await self._shared_or_claimed():
                return shared
        except TokensUnavailable:
            log.warning("token_store_unavailable")
            return await self._fetched(())  # harmless alone: the platform gives everybody the same token
        try:
            return await self._fetched_and_shared()
        finally:
            await self._despite(self._store.release(self._name, self._holder), None)

    async def _shared_or_claimed(self) -> Credential | None:
        """What another process has fetched, or is fetching now; None once fetching is our right."""
        try:
            async with asyncio.timeout(WAIT_S):
                while True:
                    if shared := await self._shared():
                        return shared
                    if await self._store.claim(self._name, self._holder, self._clock.now(), LEASE_S):
                        return None
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise RetryLater(self._name, PlatformCode.UNREACHABLE) from None

    async def _shared(self) -> Credential | None:
        found = await self._stored()
        is_good = found and found.value != self._refused and self._now() < found.renew_at
        return found if is_good else None

    async def _stored(self) -> Credential | None:
        sealed = await self._store.load(self._name)
        return self._seal.open(self._name, sealed) if sealed else None

    async def _fetched_and_shared(self) -> Credential:
        if shared := await self._despite(self._shared(), None):
            return shared  # the one before us was done between our look and our claim
        before = await self._despite(self._stored(), None)
        credential = await self._fetched(before.forced_at if before else ())
        await self._despite(self._store.save(self._name, self._seal.close(self._name, credential)), None)
        return credential

    async def _despite(self, work: Awaitable[T], otherwise: T) -> T:
        """What the store says; a store that is silent keeps nobody from a token."""
        try:
            return await work
        except TokensUnavailable:
            log.warning("token_store_unavailable")
            return otherwise

    async def _fetched(self, forced_at: tuple[int, ...]) -> Credential:
        """The platform's token; where it insists on one that it refuses, a forced one, as often as is allowed."""
        now = self._now()
        recent = tuple(at for at in forced_at if at > now - DAY_S)
        credential = await self._fetch(False)
        may_force = len(recent) < FORCED_A_DAY and (not recent or now - recent[-1] >= FORCED_APART_S)
        if credential.value == self._refused and may_force:
            recent = (*recent, now)
            credential = await self._fetch(True)
        return replace(credential, forced_at=recent)

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
