"""One token for everybody: fetched once, renewed early, never repeated without end, never seen outside."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.platform import PlatformClient
from bot.service import Assistant, open_assistant, places_of
from bot.tokens import Credential, Keeper, Seal
from config.settings import Settings
from domain.clock import ManualClock
from domain.errors import AskOperator, RetryLater, TokenRefused, TokensUnavailable, Unreachable
from services.desk import Content, Desk
from storage.database import open_database
from storage.migrate import migrate
from storage.redis_tokens import RedisTokens
from storage.sealing import Sealer
from storage.tokens import DatabaseTokens, MemoryTokens, TokenStore
from tests.bot.conftest import KEY, MakeClient
from tests.conftest import is_listening, require
from tests.platform.world import Fault, World

TOKEN, INFO = "/cgi-bin/stable_token", "/cgi-bin/user/info"
CALLERS = 1000


async def follow(platform: PlatformClient) -> bool:
    return await platform.is_following("o-a")


@pytest.fixture(autouse=True)
def _somebody(world: World) -> None:
    world.person("o-a")


async def test_a_thousand_callers_with_nothing_at_hand_fetch_one_token(
    platform: PlatformClient, world: World
) -> None:
    assert all(await asyncio.gather(*(platform._tokens.get() for _ in range(CALLERS))))
    assert world.calls[TOKEN] == 1


async def test_a_thousand_calls_whose_token_was_killed_fetch_one_more(
    platform: PlatformClient, world: World
) -> None:
    await follow(platform)
    world.kill_tokens()
    assert all(await asyncio.gather(*(follow(platform) for _ in range(CALLERS // 4))))
    assert world.calls[TOKEN] == 2


async def test_a_token_killed_under_way_costs_one_retry(platform: PlatformClient, world: World) -> None:
    await follow(platform)
    world.kill_tokens()
    assert await follow(platform)
    assert world.calls[TOKEN] == 2
    assert world.calls[INFO] == 3


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_each_code_for_a_bad_token_is_answered_with_one_more_try(
    errcode: int, platform: PlatformClient, world: World
) -> None:
    await follow(platform)
    world.faults.append(Fault("errcode", INFO, errcode=errcode))
    assert await follow(platform)
    assert world.calls[INFO] == 3


async def test_a_token_that_is_never_good_is_not_fetched_without_end(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.faults.append(Fault("errcode", INFO, times=10**6, errcode=40001))
    for _ in range(100):
        with pytest.raises(TokenRefused):
            await follow(platform)
        clock.advance(timedelta(seconds=1))
    assert world.calls[TOKEN] <= 8, "two at first, then each time further apart"
    assert world.calls[INFO] <= 10
    assert len(world.force_asked_at) <= 3


async def test_forced_refreshes_keep_to_the_platforms_bounds(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.faults.append(Fault("errcode", INFO, times=10**6, errcode=40001))
    for _ in range(24 * 60):
        with pytest.raises(RetryLater):
            await follow(platform)
        clock.advance(timedelta(minutes=1))
    assert 2 < len(world.force_asked_at) <= 20
    assert least_apart(world.force_asked_at) >= 30


def least_apart(times: list[float]) -> float:
    return min(later - sooner for sooner, later in itertools.pairwise(times))


async def test_forced_refreshes_of_two_processes_count_together(
    make_client: MakeClient, world: World, clock: ManualClock
) -> None:
    store = MemoryTokens()
    processes = [make_client(store) for _ in range(4)]
    world.faults.append(Fault("errcode", INFO, times=10**6, errcode=40001))
    for turn in range(2000):
        with pytest.raises(RetryLater):
            await follow(processes[turn % 4])
        clock.advance(timedelta(seconds=7))
    assert 2 < len(world.force_asked_at) <= 20
    assert least_apart(world.force_asked_at) >= 30


async def test_the_account_speaks_again_once_the_token_is_good(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.faults.append(Fault("errcode", INFO, times=7, errcode=40001))
    for _ in range(60):
        try:
            assert await follow(platform)
            break
        except TokenRefused:
            clock.advance(timedelta(seconds=30))
    else:
        pytest.fail("never recovered")


async def test_token_is_renewed_early_while_the_old_one_is_used(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    first = await platform._tokens.get()
    clock.advance(timedelta(seconds=7200 - 299))
    assert await platform._tokens.get() == first, "nobody waits for the renewal"
    await platform._tokens.close()
    second = await platform._tokens.get()
    assert second != first
    assert world.calls[TOKEN] == 2
    clock.advance(timedelta(seconds=299))
    assert await follow(platform)


async def test_token_past_its_end_is_not_used(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    await follow(platform)
    clock.advance(timedelta(hours=5))
    assert await follow(platform)
    assert world.calls[INFO] == 2, "no call with a token that is known to be over"


async def test_failing_renewal_leaves_the_old_token_in_use_and_is_not_hammered(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    await follow(platform)
    clock.advance(timedelta(seconds=7200 - 200))
    world.faults.append(Fault("html", TOKEN, times=10**6))
    for _ in range(100):
        assert await follow(platform)
        await platform._tokens.close()
        clock.advance(timedelta(seconds=1))
    assert world.calls[TOKEN] <= 9


async def test_failed_fetch_is_told_at_once_to_who_asks_again_soon(
    platform: PlatformClient, world: World, clock: ManualClock
) -> None:
    world.faults.append(Fault("broken", TOKEN))
    with pytest.raises(RetryLater):
        await follow(platform)
    with pytest.raises(RetryLater):
        await follow(platform)
    assert world.calls[TOKEN] == 1
    clock.advance(timedelta(seconds=3))
    assert await follow(platform)


async def test_wrong_secret_is_an_operators_matter_and_tried_once_a_minute(
    make_client: MakeClient, world: World, clock: ManualClock
) -> None:
    platform = make_client(secret="wrong")
    for _ in range(50):
        with pytest.raises(AskOperator):
            await follow(platform)
        clock.advance(timedelta(seconds=1))
    assert world.calls[TOKEN] == 1


async def test_caller_that_gives_up_does_not_take_the_token_from_the_others(
    platform: PlatformClient, world: World
) -> None:
    world.faults.append(Fault("slow", TOKEN, seconds=0.2))
    patient = asyncio.create_task(follow(platform))
    hasty = asyncio.create_task(follow(platform))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    hasty.cancel()
    assert await patient
    assert world.calls[TOKEN] == 1


async def test_slow_token_is_given_up(make_client: MakeClient, world: World) -> None:
    platform = make_client(within_s=0.05)
    world.faults.append(Fault("slow", TOKEN, seconds=5))
    with pytest.raises(Unreachable):
        await follow(platform)


async def test_platform_that_is_not_there_is_told_as_unsent(make_client: MakeClient) -> None:
    platform = make_client(base="http://127.0.0.1:1")
    with pytest.raises(Unreachable) as caught:
        await follow(platform)
    assert not caught.value.is_perhaps_done


# --- between processes ---


@pytest_asyncio.fixture(params=["memory", "sqlite", "postgresql", "redis"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[list[TokenStore]]:
    """Two stores that two processes would have: the same place, no memory shared."""
    if request.param == "memory":
        shared = MemoryTokens()
        yield [shared, shared]
    elif request.param == "redis":
        require("Redis", is_listening(6379), "nothing listens on 127.0.0.1:6379")
        pair = [RedisTokens("redis://127.0.0.1:6379/15") for _ in range(2)]
        await pair[0]._redis.flushdb()
        yield [*pair]
        for store in pair:
            await store.close()
    else:
        if request.param == "postgresql":
            import asyncpg

            require("PostgreSQL", is_listening(5432), "nothing listens on 127.0.0.1:5432")
            name = f"test_{uuid.uuid4().hex[:12]}"
            admin = await asyncpg.connect("postgresql://postgres@127.0.0.1:5432/postgres")
            await admin.execute(f'CREATE DATABASE "{name}"')
            address = f"postgresql+asyncpg://postgres@127.0.0.1:5432/{name}"
        else:
            address = f"sqlite+aiosqlite:///{tmp_path / 'tokens.db'}"
        engines = [open_database(address) for _ in range(2)]
        await migrate(engines[0])
        yield [DatabaseTokens(engine) for engine in engines]
        for engine in engines:
            await engine.dispose()
        if request.param == "postgresql":
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            await admin.close()


async def test_two_processes_fetch_one_token(
    stores: list[TokenStore], make_client: MakeClient, world: World
) -> None:
    one, other = (make_client(store) for store in stores)
    world.faults.append(Fault("slow", TOKEN, seconds=0.2))
    await asyncio.gather(*(follow(p) for p in [one, other] * 20))
    assert world.calls[TOKEN] == 1


async def test_a_process_that_comes_later_finds_the_token(
    stores: list[TokenStore], make_client: MakeClient, world: World
) -> None:
    one, other = (make_client(store) for store in stores)
    assert await one._tokens.get() == await other._tokens.get()
    assert world.calls[TOKEN] == 1


async def test_a_killed_token_is_renewed_once_for_both(
    stores: list[TokenStore], make_client: MakeClient, world: World
) -> None:
    one, other = (make_client(store) for store in stores)
    await asyncio.gather(follow(one), follow(other))
    world.kill_tokens()
    assert await follow(one)
    assert await follow(other)
    assert world.calls[TOKEN] == 2


async def test_lease_of_a_process_that_died_lapses(stores: list[TokenStore], clock: ManualClock) -> None:
    one, other = stores
    assert await one.claim("t", "dead", clock.now(), 0.2)
    assert not await other.claim("t", "alive", clock.now(), 0.2)
    clock.advance(timedelta(seconds=1))
    if isinstance(one, RedisTokens):
        await one._redis.delete("credit-wuhai:lease:t")  # its clock is its own
    assert await other.claim("t", "alive", clock.now(), 60)
    await one.release("t", "dead")
    assert not await one.claim("t", "dead", clock.now(), 60), "only its holder gives a lease back"
    await other.release("t", "alive")
    assert await one.claim("t", "dead", clock.now(), 60)


async def test_what_is_saved_comes_back_and_is_replaced(stores: list[TokenStore]) -> None:
    one, other = stores
    assert await one.load("t") == ""
    await one.save("t", "first")
    await other.save("t", "second" * 300)
    assert await one.load("t") == "second" * 300
    assert await one.load("u") == ""


async def test_nothing_readable_lies_in_the_store(
    stores: list[TokenStore], make_client: MakeClient, world: World
) -> None:
    await follow(make_client(stores[0]))
    lying = await stores[1].load(f"{world.appid}:access_token")
    token = world.tokens[-1].value
    assert lying
    assert token not in lying
    assert token.encode().hex() not in lying


class Silent(MemoryTokens):
    """A store that does not answer."""

    async def load(self, name: str) -> str:
        raise TokensUnavailable("ConnectionError")

    claim = save = release = load  # type: ignore[assignment]


async def test_silent_store_keeps_nobody_from_a_token(make_client: MakeClient, world: World) -> None:
    platform = make_client(Silent())
    assert await follow(platform)
    assert await follow(platform)
    assert world.calls[TOKEN] == 1


async def test_store_that_falls_silent_after_the_lease_loses_nothing(
    make_client: MakeClient, world: World
) -> None:
    class Mute(MemoryTokens):
        async def save(self, name: str, sealed: str) -> None:
            raise TokensUnavailable("ConnectionError")

        release = save  # type: ignore[assignment]

    assert await follow(make_client(Mute()))


async def test_unreachable_redis_and_database_say_so(tmp_path: Path) -> None:
    with pytest.raises(TokensUnavailable):
        await RedisTokens("redis://127.0.0.1:1").load("t")
    engine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(TokensUnavailable):
        await DatabaseTokens(engine).load("t")
    await engine.dispose()


async def test_sealed_text_opens_with_an_older_key_and_not_under_another_name() -> None:
    held = Credential("v4lue", 0, 7200)
    sealed = Seal(Sealer({"k1": KEY})).close("a", held)
    assert Seal(Sealer({"k2": bytes(32), "k1": KEY})).open("a", sealed) == held
    assert Seal(Sealer({"k1": KEY})).open("b", sealed) is None
    assert Seal(Sealer({"k2": bytes(32)})).open("a", sealed) is None
    for broken in ("", "zz", "00", sealed[:-2]):
        assert Seal(Sealer({"k1": KEY})).open("a", broken) is None


async def test_unreadable_text_in_the_store_is_fetched_anew(make_client: MakeClient, world: World) -> None:
    store = MemoryTokens()
    await store.save(f"{world.appid}:access_token", "not ours")
    assert await follow(make_client(store))


async def test_ticket_is_kept_like_a_token(make_client: MakeClient, world: World) -> None:
    store = MemoryTokens()
    one, other = make_client(store), make_client(store)
    tickets = await asyncio.gather(*(p.ticket() for p in [one, other] * 50))
    assert len(set(tickets)) == 1
    assert world.calls["/cgi-bin/ticket/getticket"] == 1


def test_credential_and_keeper_show_no_value() -> None:
    held = Credential("v4lue", 0, 7200)
    assert "v4lue" not in repr(held)
    keeper = Keeper("n", None, MemoryTokens(), Seal(Sealer({"k1": KEY})), ManualClock(None))  # type: ignore[arg-type]
    keeper._held = held
    assert "v4lue" not in repr(keeper)


@pytest.mark.parametrize(
    ("redis_url", "kind"), [("", DatabaseTokens), ("redis://127.0.0.1:6379/15", RedisTokens)]
)
async def test_product_shares_through_redis_where_there_is_one(
    redis_url: str, kind: type, settings: Settings, clock: ManualClock, desk: Desk
) -> None:
    account = {"wechat_appid": "wx1", "wechat_appsecret": "s", "redis_url": redis_url}
    settings = settings.model_copy(update=account)
    assistant = await open_assistant(settings, clock, Content(places_of(settings), desk))
    assert assistant.platform
    assert isinstance(assistant.platform._store, kind)
    await assistant.close()


async def test_without_an_account_there_is_no_platform(assistant: Assistant) -> None:
    assert assistant.platform is None
