"""Settings → a running assistant: the one place where the parts are put together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.callback import Callback
from bot.collector import Collector
from bot.courier import Courier
from bot.late import LateAnswers
from bot.links import Links
from bot.media import MemoryMedia, PlatformMedia
from bot.phones import Phones
from bot.pipeline import Pipeline
from bot.platform import Identity, PlatformClient, open_platform
from bot.render import Renderer
from bot.tokens import Seal
from config.secrets import Keys, load_keys
from config.settings import ROOT, Settings
from domain.clock import Clock, SystemClock
from handlers.router import check_handlers, find_handlers
from matching import warm
from services.antivirus import Antivirus
from services.casework import Casework
from services.desk import Content, Places
from services.enquiry import Enquiry
from services.evidence import Intake
from services.following import Following
from services.oversight import Oversight
from services.retention import Retention
from services.rights import Rights
from services.submission import rules_of
from storage.attempts import Attempts
from storage.awaited import AwaitedPictures
from storage.complaints import Complaints
from storage.conversations import Conversations
from storage.database import open_database
from storage.deliveries import Deliveries
from storage.drafts import Drafts
from storage.erasure import Erasure
from storage.migrate import migrate
from storage.scans import Scans
from storage.sealing import BlindIndex, Sealer, Seals
from storage.staff import Staff
from storage.tokens import DatabaseTokens, TokenStore
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Assistant:
    """Everything that answers, without the web around it."""

    settings: Settings
    clock: Clock
    engine: AsyncEngine
    content: Content
    seals: Seals
    conversations: Conversations
    complaints: Complaints
    drafts: Drafts
    staff: Staff
    casework: Casework
    oversight: Oversight
    attempts: Attempts
    enquiry: Enquiry
    following: Following
    retention: Retention
    rights: Rights
    vault: Vault
    scans: Scans
    intake: Intake
    pipeline: Pipeline
    callback: Callback
    links: Links
    keys: Keys
    platform: PlatformClient | None = None
    courier: Courier | None = None
    collector: Collector | None = None
    album: MemoryMedia | None = None
    phones: Phones | None = None

    async def close(self) -> None:
        """Finish what is in flight, then let the platform and the database go."""
        await self.pipeline.drain()
        if self.courier:
            await self.courier.close()
        if self.platform:
            await self.platform.close()
        await self.engine.dispose()


def places_of(settings: Settings) -> Places:
    """Where the knowledge of this installation lies."""
    return Places(ROOT / "knowledge", ROOT / "config" / "city.yaml", settings.data_dir / "cache")


async def open_assistant(
    settings: Settings, clock: Clock | None = None, content: Content | None = None
) -> Assistant:
    """Load the knowledge, migrate the database, build the pipeline.

    Raises ``KnowledgeInvalid``, ``SettingsInvalid`` or the database's own error; nothing half-open is left.
    """
    clock = clock or SystemClock()
    keys = load_keys(settings)
    engine = open_database(settings.database)
    try:
        loading = asyncio.gather(_content(settings, content), migrate(engine))
        content, _ = await loading
        handlers = find_handlers()
        check_handlers(handlers, content.desk.library)
    except BaseException:
        await engine.dispose()
        raise
    seals = seals_of(keys)
    conversations, complaints = Conversations(engine, seals), Complaints(engine, seals)
    staff = Staff(engine)
    attempts = Attempts(engine, seals.index)
    vault = vault_of(settings, keys)
    antivirus = Antivirus(settings.clamd_address)
    intake = Intake(vault, content.desk.library.limits.evidence, antivirus)
    links = Links(Sealer(keys.for_use("links")))
    limits, rules = lambda: content.desk.library.limits, lambda: rules_of(content.desk.library)
    retention = Retention(Erasure(engine, seals), complaints, vault, limits, clock)
    renderer = Renderer(settings.base_url, links.personal)
    platform = _platform(settings, engine, keys, clock)
    deliveries, page_of = Deliveries(engine, seals), partial(case_page, settings)
    late = LateAnswers(platform, deliveries, clock) if platform else None
    is_alone = settings.is_simulated and platform is None
    album, phones = (MemoryMedia(), Phones()) if is_alone else (None, None)
    messenger = platform or phones
    source = PlatformMedia(platform) if platform else album
    awaited, on_the_way = AwaitedPictures(engine, seals), settings.data_dir / "incoming"
    return Assistant(
        settings=settings,
        clock=clock,
        engine=engine,
        content=content,
        seals=seals,
        conversations=conversations,
        complaints=complaints,
        drafts=Drafts(engine, seals),
        staff=staff,
        attempts=attempts,
        enquiry=Enquiry(complaints, attempts, limits, clock),
        retention=retention,
        rights=Rights(complaints, conversations, retention, rules, clock),
        vault=vault,
        scans=Scans(engine),
        intake=intake,
        casework=Casework(complaints, staff, rules, clock),
        oversight=Oversight(complaints, staff, rules, clock),
        following=Following(complaints, intake, rules, clock),
        pipeline=Pipeline(content, conversations, complaints, handlers, renderer, clock, keys.naming, late),
        callback=Callback(settings, clock),
        links=links,
        keys=keys,
        platform=platform,
        courier=Courier(deliveries, messenger, content, renderer, clock, page_of) if messenger else None,
        collector=Collector(awaited, source, intake, clock, on_the_way) if source else None,
        album=album,
        phones=phones,
    )


def seals_of(keys: Keys) -> Seals:
    """What protects stored values: fields under every key there is, fingerprints and the chain under the oldest."""
    return Seals(
        Sealer(keys.for_use("fields")), BlindIndex(keys.lasting("index")), keys.lasting("audit chain")
    )


def vault_of(settings: Settings, keys: Keys) -> Vault:
    """Where evidence is kept."""
    return Vault(settings.data_dir / "evidence", keys.for_use("evidence"))


def case_page(settings: Settings, number: str) -> str:
    """What a push about a case opens: its page, past the sign-in where there is one. Empty when phones cannot reach
    us; the platform takes no other address than an https one."""
    if not settings.base_url.startswith("https://"):
        return ""
    page = f"/p/complaints/{number}"
    return settings.base_url + (f"/p/signin?next={page}" if settings.wechat_signin == "on" else page)


def identity_of(settings: Settings) -> Identity:
    return Identity(settings.wechat_appid, settings.wechat_appsecret)


def _platform(settings: Settings, engine: AsyncEngine, keys: Keys, clock: Clock) -> PlatformClient | None:
    """The platform, when the account is known; its tokens are shared through Redis, else the database."""
    if not settings.has_platform:
        return None
    seal = Seal(Sealer(keys.for_use("platform tokens")))
    return open_platform(
        settings.wechat_api_base, identity_of(settings), _store(settings, engine), seal, clock
    )


def _store(settings: Settings, engine: AsyncEngine) -> TokenStore:
    if not settings.redis_url:
        return DatabaseTokens(engine)
    from storage.redis_tokens import RedisTokens  # a tenth of a second that others need not wait

    return RedisTokens(settings.redis_url)


async def _content(settings: Settings, given: Content | None) -> Content:
    if given is not None:
        return given
    await asyncio.to_thread(warm)
    return await Content.open(places_of(settings))
