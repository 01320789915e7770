"""What several commands share: settings, the assistant, clean exits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import typer
from rich.console import Console

from bot.service import Assistant, open_assistant
from bot.tasks import count_popular
from config.logging import set_up_logging
from config.settings import Settings, load_settings
from domain.errors import CreditBotError

console = Console()
errors = Console(stderr=True)


@contextmanager
def clean_exit() -> Iterator[None]:
    """Tell what went wrong in a sentence, without a traceback, and exit with 1."""
    try:
        yield
    except CreditBotError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None


@asynccontextmanager
async def assistant_for(settings: Settings) -> AsyncIterator[Assistant]:
    """An assistant without a server, closed again."""
    assistant = await open_assistant(settings)
    try:
        await count_popular(assistant)
        yield assistant
    finally:
        await assistant.close()


def quiet_settings() -> Settings:
    """The settings of a command at the terminal: only errors are logged."""
    settings = load_settings()
    set_up_logging("ERROR")
    return settings
