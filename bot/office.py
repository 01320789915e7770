"""Settings → the staff's side of complaints, without the bot around it: what commands work with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.service import places_of, seals_of, vault_of
from config.secrets import Keys, load_keys
from config.settings import Settings
from domain.clock import Clock, SystemClock
from domain.entries import Library
from knowledge.loader import load_library
from services.casework import Casework
from services.counter import Counter
from services.oversight import Oversight
from services.retention import Retention
from services.rights import Rights
from services.rotation import Rotation
from services.submission import rules_of
from storage.complaints import Complaints
from storage.conversations import Conversations
from storage.database import open_database
from storage.erasure import Erasure
from storage.migrate import migrate
from storage.resealing import Resealing
from storage.sealing import Seals
from storage.staff import Staff
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Office:
    """What a command needs to work on cases."""

    settings: Settings
    clock: Clock
    engine: AsyncEngine
    library: Library
    seals: Seals
    complaints: Complaints
    staff: Staff
    casework: Casework
    oversight: Oversight
    counter: Counter
    retention: Retention
    keys: Keys
    rotation: Rotation
    vault: Vault


@asynccontextmanager
async def open_office(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Office]:
    """Load the knowledge and migrate the database; both closed again."""
    clock = clock or SystemClock()
    keys = load_keys(settings)
    places, seals = places_of(settings), seals_of(keys)
    engine = open_database(settings.database)
    try:
        library = await asyncio.to_thread(load_library, places.knowledge, places.city_file)
        await migrate(engine)
        complaints, staff = Complaints(engine, seals), Staff(engine)
        rules = lambda: rules_of(library)  # noqa: E731 - what decisions rest on, read when it is needed
        erasure, vault = Erasure(engine, seals), vault_of(settings, keys)
        retention = Retention(erasure, complaints, vault, lambda: library.limits, clock)
        rights = Rights(complaints, Conversations(engine, seals), retention, rules, clock)
        yield Office(
            settings=settings,
            clock=clock,
            engine=engine,
            library=library,
            seals=seals,
            complaints=complaints,
            staff=staff,
            casework=Casework(complaints, staff, rules, clock),
            oversight=Oversight(complaints, staff, rules, clock),
            counter=Counter(complaints, staff, rights, library, clock),
            retention=retention,
            keys=keys,
            rotation=Rotation(Resealing(engine, seals.fields), vault),
            vault=vault,
        )
    finally:
        await engine.dispose()
