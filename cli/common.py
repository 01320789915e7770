"""What several commands share: settings, the assistant, clean exits."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Column

from bot.platform import PlatformClient, open_platform
from bot.platform_errors import sentence_of
from bot.service import Assistant, identity_of, open_assistant
from bot.tasks import count_popular
from bot.tokens import Seal
from cli.sentences import sentence_for
from config.logging import set_up_logging
from config.settings import Settings, load_settings
from domain.clock import SystemClock
from domain.complaints.events import Actor
from domain.complaints.terms import Role
from domain.errors import CreditBotError, PlatformError
from domain.ids import new_key
from domain.labels import Labelled
from knowledge.texts import Texts
from storage.sealing import Sealer
from storage.tokens import MemoryTokens

L = TypeVar("L", bound=Labelled)
# Whoever sits at the machine's own terminal.
OPERATOR = Actor(Role.ADMIN, "terminal")
By = Annotated[str, typer.Option("--by", help="谁办的：工作人员的登录名")]
Number = Annotated[str, typer.Argument(help="受理编号")]
console = Console()
errors = Console(stderr=True)


def number_column(title: str = "编号") -> Column:
    """A column of case numbers: copied into the next command, so never cut; the others give way."""
    return Column(title, no_wrap=True)


@contextmanager
def clean_exit() -> Iterator[None]:
    """Tell what went wrong in a sentence, without a traceback, and exit with 1."""
    try:
        yield
    except CreditBotError as error:
        errors.print(sentence_for(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def member_of(kind: type[L], word: str, what: str) -> L:
    """The member of an enum by its label or its stored value."""
    found = next((member for member in kind if word in (member.label, member.value)), None)
    if found is None:
        raise typer.BadParameter(f"{what}只能是：{'、'.join(kind.labels())}")
    return found


@asynccontextmanager
async def assistant_for(settings: Settings) -> AsyncIterator[Assistant]:
    """An assistant without a server, closed again."""
    assistant = await open_assistant(settings)
    try:
        await count_popular(assistant)
        yield assistant
    finally:
        await assistant.close()


@asynccontextmanager
async def platform_for(settings: Settings, texts: Texts) -> AsyncIterator[PlatformClient]:
    """The platform for one command; what it refuses is told in a sentence, with exit code 1.

    The token is not shared: the platform gives a command the very token that the server uses.
    """
    if not settings.has_platform:
        errors.print(texts.line("platform.not_configured"), style="red")
        raise typer.Exit(1)
    client = open_platform(
        settings.wechat_api_base,
        identity_of(settings),
        MemoryTokens(),
        Seal(Sealer({"once": new_key()})),
        SystemClock(),
    )
    try:
        yield client
    except PlatformError as error:
        errors.print(sentence_of(error, texts), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
    finally:
        await client.close()


def words_from(text: str, file: Path | None) -> str:
    """What was typed, or what stands in a file (``-``: standard input)."""
    if file is None:
        return text
    return (sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")).strip()


def quiet_settings() -> Settings:
    """The settings of a command at the terminal: only errors are logged."""
    settings = load_settings()
    set_up_logging("ERROR")
    return settings
