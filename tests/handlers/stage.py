"""One resident in memory: turns are worked out and their effects kept, nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.complaints.case import apply, replay
from domain.complaints.draft import Draft
from domain.complaints.records import CaseFile
from domain.dialog import Dialog
from domain.effects import Acted, DraftDropped, DraftKept, Effect, Filed
from domain.ids import lot_of
from domain.messages import Content, Incoming, Text
from domain.replies import Reply
from handlers import router
from handlers.router import Surroundings, find_handlers
from services.desk import Desk
from tests.conftest import NOW


@dataclass
class Resident:
    """Says and sends things; remembers what a database would."""

    desk: Desk
    now: datetime = NOW
    dialog: Dialog = field(default_factory=Dialog)
    draft: Draft | None = None
    cases: list[CaseFile] = field(default_factory=list)
    count: int = 0
    handlers: dict = field(default_factory=find_handlers)  # type: ignore[type-arg]

    def says(self, text: str) -> Reply:
        return self.sends(Text(text))

    def sends(self, content: Content) -> Reply:
        self.count += 1
        self.now += timedelta(seconds=20)
        incoming = Incoming(f"m{self.count}", "o-resident", "gh", int(self.now.timestamp()), content)
        around = Surroundings(self.now, (), "resident", lot_of(b"stage", incoming.key), self.draft, ())
        turn = router.read(incoming, self.dialog, self.desk, around)
        assert turn is not None
        if router.needs_cases(turn):
            turn = replace(turn, cases=tuple(reversed(self.cases)))
        outcome = router.reply(turn, self.handlers)
        assert outcome.reply is not None
        self.dialog = outcome.dialog
        for effect in outcome.effects:
            self._keep(effect)
        return outcome.reply

    def _keep(self, effect: Effect) -> None:
        match effect:
            case DraftKept(draft):
                saved = self.draft.saved if self.draft else 0
                assert draft.saved == saved, "a draft is stored in the place of the one it came from"
                self.draft = replace(draft, saved=saved + 1)
            case DraftDropped():
                self.draft = None
            case Filed(filing):
                self.draft = None
                case = replay(filing.opening, [filing.event])
                file = CaseFile(filing.number, case, (filing.event,), filing.copy, self.now, 0, filing.owner)
                self.cases += [file] if filing.owner else []
            case Acted(number, before, event):
                place = next(n for n, file in enumerate(self.cases) if file.number == number)
                file = self.cases[place]
                assert file.case == before
                self.cases[place] = replace(file, case=apply(before, event), events=(*file.events, event))
