"""``python -m tests.support.courier_process DATA_DIR INSTANT``: brings news out, at an instant, until it is killed.

The rest of the assistant is left out, so that it starts fast; the settings are those of the environment.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from bot.courier import Courier
from bot.office import open_office
from bot.platform import open_platform
from bot.render import Renderer
from bot.service import identity_of, places_of
from bot.tokens import Seal
from config.settings import Settings
from domain.clock import ManualClock
from services.desk import Content, open_desk
from storage.deliveries import Deliveries
from storage.sealing import Sealer
from storage.tokens import MemoryTokens


async def work(data: Path, at: datetime) -> None:
    settings = Settings(_env_file=None, data_dir=data)
    clock = ManualClock(at)
    places = places_of(settings)
    content = Content(places, open_desk(places))
    async with open_office(settings, clock) as office:
        seal = Seal(Sealer({"once": bytes(32)}))
        platform = open_platform(settings.wechat_api_base, identity_of(settings), MemoryTokens(), seal, clock)
        deliveries = Deliveries(office.engine, office.seals)
        courier = Courier(deliveries, platform, content, Renderer(settings.base_url), clock)
        while True:
            await courier.deliver_due()
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])))
