"""What a handler is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from domain import targets
from domain.clock import local_day
from domain.complaints.draft import Draft
from domain.complaints.records import CaseFile, News
from domain.dialog import Dialog
from domain.effects import Effect
from domain.entries import Library
from domain.messages import Incoming
from domain.replies import Block, Choice, Choices, Paragraph, Reply, ReplyKind
from knowledge.texts import Texts
from services.desk import Desk
from services.understanding import Understanding

MOST_CHOICES = 5


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, understood. ``seed`` and ``lot`` (32 bytes, secret) draw the same whenever it is handled again.

    ``resident``: the sender's blind name; ``draft``: the complaint begun; ``news``: not told yet; ``cases``: the
    resident's own, loaded only where they are asked for (``router.needs_cases``).
    """

    incoming: Incoming
    text: str
    dialog: Dialog
    desk: Desk
    found: Understanding
    now: datetime
    seed: int
    popular: tuple[str, ...] = ()
    resident: str = ""
    lot: bytes = b""
    draft: Draft | None = None
    news: tuple[News, ...] = ()
    cases: tuple[CaseFile, ...] = ()

    @property
    def target(self) -> targets.Target:
        return targets.parse_target(self.found.target)

    @property
    def texts(self) -> Texts:
        return self.desk.texts

    @property
    def library(self) -> Library:
        return self.desk.library

    @property
    def today(self) -> date:
        return local_day(self.now)

    @property
    def second(self) -> int:
        return int(self.now.timestamp())

    def choices_of(self, wanted: Iterable[str], most: int = MOST_CHOICES) -> tuple[Choice, ...]:
        """Targets → choices with their titles; what no longer exists is left out."""
        titled = ((target, self.desk.title(target)) for target in dict.fromkeys(wanted))
        return tuple(Choice(title, target) for target, title in titled if title)[:most]


@dataclass(frozen=True, slots=True)
class Outcome:
    """``reply`` None: the platform is told ``success`` and the resident reads nothing."""

    reply: Reply | None
    dialog: Dialog
    effects: tuple[Effect, ...] = ()


Handler = Callable[[Turn], Outcome]


def said(turn: Turn, kind: ReplyKind, *blocks: Block, handover: bool = False) -> Outcome:
    """The usual outcome: say ``blocks``; the numbered choices in them are what a number now picks."""
    reply = Reply(
        kind, tuple(blocks), id=turn.found.target, confidence=turn.found.confidence, handover=handover
    )
    return Outcome(reply, turn.dialog.offering(reply.choices))


def offered(choices: tuple[Choice, ...], lead: Paragraph) -> tuple[Block, ...]:
    """A lead and its list, or nothing when there is nothing to choose."""
    return (lead, Choices(choices)) if choices else ()
