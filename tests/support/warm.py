"""The product with its knowledge loaded once. Each line that comes in forks a server, whose process id goes out.

What is forked opens the database and serves like any other; only the seconds of loading are saved, for tests that
start and kill hundreds of times.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from aiohttp import web

from bot.service import open_assistant, places_of
from config.logging import set_up_logging
from config.settings import Settings, load_settings
from matching import warm
from services.desk import Content
from web.app import build_app


async def serve(settings: Settings, content: Content) -> None:
    runner = web.AppRunner(build_app(await open_assistant(settings, content=content)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    await asyncio.Event().wait()


def main() -> None:
    settings = load_settings()
    set_up_logging(settings.log_level)
    warm()
    content = asyncio.run(Content.open(places_of(settings)))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            asyncio.run(serve(settings, content))
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
